//! Verbs that other verbs make up: over all columns, over rows by number or by chance, tables about a frame.

use lazuli::prelude::*;
use lazuli::{Field, MatchSchema, StartBy, TransposeArgs, UnstackOrder, UpdateHow, WindowLabel};

use crate::inputs::Inputs;

queries![
    row_index_before_filter,
    row_index_after_filter,
    row_index_of_groups,
    row_index_and_slice,
    row_index_unread,
    row_index_of_a_union,
    rename_with_a_function,
    rename_what_is_there,
    drop_what_is_there,
    set_all_names,
    top_k_rows,
    top_k_by_two,
    bottom_k_rows,
    first_row,
    last_row,
    remove_rows,
    clear_rows,
    rows_with_copies,
    rows_without_copies,
    number_of_different_rows,
    number_of_different_pairs,
    drop_nans_everywhere,
    drop_nans_of_one,
    fill_nan_with_a_value,
    fill_nan_with_null,
    fill_null_forward,
    fill_null_backward,
    fill_null_with_the_least,
    fill_null_with_the_greatest,
    fill_null_with_the_mean,
    fill_null_with_zero,
    fill_null_with_one,
    sum_of_columns,
    mean_of_columns,
    median_of_columns,
    min_of_columns,
    max_of_columns,
    spread_of_columns,
    count_of_columns,
    null_count_of_columns,
    quantile_of_columns,
    correlation_matrix,
    missing_values,
    value_counts_of_one,
    value_counts_of_two,
    gather_rows,
    gather_every_third,
    reverse_rows,
    shift_all,
    shift_all_and_fill,
    cast_some,
    cast_everything,
    insert_a_column,
    replace_a_column,
    match_a_schema,
    sorted_rows_stay,
    merge_sorted_rows,
    merge_sorted_with_nulls,
    join_checked_many_to_one,
    join_checked_one_to_many,
    join_nulls_inner,
    join_nulls_left,
    join_nulls_full,
    join_nulls_semi,
    join_nulls_anti,
    join_nulls_of_two_keys,
    update_left,
    update_inner,
    update_full,
    update_with_nulls,
    update_by_row,
    concat_side_by_side_and_extend,
    align_full,
    align_left,
    align_inner,
    align_right,
    align_other_columns,
    group_head_rows,
    group_tail_rows,
    group_first_values,
    group_sums,
    group_extremes,
    group_counts_of_columns,
    group_quantiles,
    group_having,
    group_all_and_back,
    transpose_numbers,
    transpose_named,
    unstack_down,
    unstack_across,
    unstack_short,
    dummies_of_two,
    dummies_without_first,
    dummies_of_booleans,
    sample_in_order,
    sample_shuffled,
    sample_a_fraction,
    sample_with_replacement,
    shuffled_rows,
    windows_of_months,
    windows_of_hours_closed_right,
    windows_closed_both,
    windows_closed_neither,
    windows_longer_than_their_distance,
    windows_shorter_than_their_distance,
    windows_moved,
    windows_labelled_right,
    windows_labelled_by_datapoint,
    windows_with_boundaries,
    windows_from_the_first_datapoint,
    windows_from_wednesdays,
    windows_by_group,
    windows_of_weeks_of_dates,
    windows_of_quarters_of_dates,
    windows_of_integers,
    windows_of_all_columns,
    rolling_integers,
    rolling_dates,
    rolling_closed_left,
    rolling_closed_both,
    rolling_closed_neither,
    rolling_ahead,
    rolling_by_group,
    rolling_times,
    upsample_integers,
    upsample_dates_by_group,
    group_samples,
    rows_to_learn_from,
    rows_to_test_with,
    product_of_columns,
    sums_and_means_of_rows,
    extremes_of_rows,
    interpolated_rows,
];

/// The first columns of the usual rows, without dates.
fn narrow(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["k", "g", "x", "y", "n", "p"])
}

fn row_index_before_filter(inputs: &Inputs) -> LazyFrame {
    inputs.rows().with_row_index("row", 0).filter(col("n").gt(2)).select(["row", "id", "n"])
}

fn row_index_after_filter(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(col("n").gt(2)).with_row_index("row", 10).select(["row", "id"])
}

fn row_index_of_groups(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by("k").agg(col("n").sum()).with_row_index("row", -1)
}

fn row_index_and_slice(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select("id").with_row_index("row", 0).slice(3, Some(5)).with_row_index("again", 0).head(3)
}

fn row_index_unread(inputs: &Inputs) -> LazyFrame {
    inputs.rows().with_row_index("row", 0).filter(col("g").eq(1)).select(["k", "id"])
}

fn row_index_of_a_union(inputs: &Inputs) -> LazyFrame {
    let keys = || inputs.lookup().select(["k", "g"]);
    concat([keys(), keys().filter(col("g").eq(1)), keys()]).with_row_index("row", 0)
}

fn rename_with_a_function(inputs: &Inputs) -> LazyFrame {
    inputs.sales().rename_with(|name| name.to_uppercase())
}

fn rename_what_is_there(inputs: &Inputs) -> LazyFrame {
    inputs.lookup().rename_existing([("k", "key"), ("nothing", "something")])
}

fn drop_what_is_there(inputs: &Inputs) -> LazyFrame {
    inputs.lookup().drop_existing(["nothing", "x", "k"])
}

fn set_all_names(inputs: &Inputs) -> LazyFrame {
    inputs.lookup().set_column_names(["x", "k", "label", "g"])
}

fn top_k_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().top_k(4, "x").select(["id", "x"])
}

fn top_k_by_two(inputs: &Inputs) -> LazyFrame {
    inputs.rows().top_k(6, ["g", "n"]).select(["id", "g", "n"])
}

fn bottom_k_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().bottom_k(11, "n").select(["id", "n"])
}

fn first_row(inputs: &Inputs) -> LazyFrame {
    narrow(inputs).first()
}

fn last_row(inputs: &Inputs) -> LazyFrame {
    narrow(inputs).last()
}

fn remove_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().remove(col("n").gt(2)).select(["id", "n"])
}

fn clear_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().clear()
}

fn rows_with_copies(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["k", "g"]).is_duplicated()
}

fn rows_without_copies(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select("x").is_unique()
}

fn number_of_different_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["k", "x"]).n_unique(Vec::<&str>::new())
}

fn number_of_different_pairs(inputs: &Inputs) -> LazyFrame {
    inputs.rows().n_unique(["k", "g"])
}

fn drop_nans_everywhere(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "x", "y"]).drop_nans(())
}

fn drop_nans_of_one(inputs: &Inputs) -> LazyFrame {
    inputs.small().drop_nans("f32")
}

fn fill_nan_with_a_value(inputs: &Inputs) -> LazyFrame {
    inputs.small().fill_nan(0.5)
}

fn fill_nan_with_null(inputs: &Inputs) -> LazyFrame {
    narrow(inputs).fill_nan(Scalar::Null)
}

fn fill_null_forward(inputs: &Inputs) -> LazyFrame {
    inputs.rows().fill_null_with(FillNull::Forward)
}

fn fill_null_backward(inputs: &Inputs) -> LazyFrame {
    inputs.rows().fill_null_with(FillNull::Backward)
}

fn fill_null_with_the_least(inputs: &Inputs) -> LazyFrame {
    narrow(inputs).fill_null_with(FillNull::Min)
}

fn fill_null_with_the_greatest(inputs: &Inputs) -> LazyFrame {
    narrow(inputs).fill_null_with(FillNull::Max)
}

fn fill_null_with_the_mean(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select(["shop", "amount", "quarter"]).fill_null_with(FillNull::Mean)
}

fn fill_null_with_zero(inputs: &Inputs) -> LazyFrame {
    narrow(inputs).fill_null_with(FillNull::Zero)
}

fn fill_null_with_one(inputs: &Inputs) -> LazyFrame {
    narrow(inputs).fill_null_with(FillNull::One)
}

fn sum_of_columns(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["k", "g", "y", "n", "p"]).sum()
}

fn mean_of_columns(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select(["shop", "amount", "price"]).mean()
}

fn median_of_columns(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["k", "x", "n", "d"]).median()
}

fn min_of_columns(inputs: &Inputs) -> LazyFrame {
    inputs.rows().min()
}

fn max_of_columns(inputs: &Inputs) -> LazyFrame {
    inputs.rows().max()
}

fn spread_of_columns(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select(["k", "d"]);
    concat([rows.clone().std(), rows.var()])
}

fn count_of_columns(inputs: &Inputs) -> LazyFrame {
    inputs.rows().count()
}

fn null_count_of_columns(inputs: &Inputs) -> LazyFrame {
    inputs.rows().null_count()
}

fn quantile_of_columns(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["k", "y", "d"]).quantile(0.25)
}

fn correlation_matrix(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(("k", "d", (col("d") * -2).alias("e"))).corr()
}

fn missing_values(inputs: &Inputs) -> LazyFrame {
    inputs.sales().missing_table()
}

fn value_counts_of_one(inputs: &Inputs) -> LazyFrame {
    inputs.rows().value_counts(["k"])
}

fn value_counts_of_two(inputs: &Inputs) -> LazyFrame {
    inputs.rows().value_counts(["p", "g"])
}

fn gather_rows(inputs: &Inputs) -> LazyFrame {
    narrow(inputs).gather([3, -1, 0, 3, -12])
}

fn gather_every_third(inputs: &Inputs) -> LazyFrame {
    narrow(inputs).gather_every(3, 1)
}

fn reverse_rows(inputs: &Inputs) -> LazyFrame {
    narrow(inputs).reverse()
}

fn shift_all(inputs: &Inputs) -> LazyFrame {
    narrow(inputs).shift(-2)
}

fn shift_all_and_fill(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["n", "d"]).shift_and_fill(1, 99i64)
}

fn cast_some(inputs: &Inputs) -> LazyFrame {
    inputs.sales().cast([("quarter", DataType::Int8), ("amount", DataType::String)])
}

fn cast_everything(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select(["quarter", "amount"]).cast_all(DataType::Float64)
}

fn insert_a_column(inputs: &Inputs) -> LazyFrame {
    inputs.lookup().insert_column(1, (col("g") * 2).alias("twice")).insert_column(-1, lit(7).alias("seven"))
}

fn replace_a_column(inputs: &Inputs) -> LazyFrame {
    inputs.lookup().replace_column(0, (col("g") * 2).alias("twice")).replace_column(-1, lit("x").alias("end"))
}

fn match_a_schema(inputs: &Inputs) -> LazyFrame {
    let fields = vec![
        Field::new("label", DataType::String),
        Field::new("new", DataType::Int64),
        Field::new("g", DataType::Int64),
    ];
    let options =
        MatchSchema { insert_missing: true, drop_extra: true, upcast_integers: true, upcast_floats: false };
    inputs.lookup().match_to_schema(Schema::try_new(fields).expect("three names"), options)
}

fn sorted_rows_stay(inputs: &Inputs) -> LazyFrame {
    let keys = || [col("g").desc(), col("k").asc().nulls_first(), col("x").asc()];
    inputs.rows().select(["g", "k", "x"]).sort(keys()).set_sorted(keys())
}

fn merge_sorted_rows(inputs: &Inputs) -> LazyFrame {
    let left = inputs.rows().select(["id", "d"]).sort("d");
    let right = inputs.rows().select([(col("id") * 100).alias("id"), col("n").alias("d")]).drop_nulls("d");
    left.drop_nulls("d").merge_sorted(right.sort("d"), "d")
}

fn merge_sorted_with_nulls(inputs: &Inputs) -> LazyFrame {
    let left = inputs.rows().select(["id", "k"]).sort(col("k").desc());
    let right = inputs.lookup().select([col("g").cast(DataType::Int64).alias("id"), col("k")]);
    left.merge_sorted(right.sort(col("k").desc()), col("k").desc())
}

fn join_checked_many_to_one(inputs: &Inputs) -> LazyFrame {
    let labels = inputs.lookup().unique_by("k", Keep::First).select(["k", "label"]);
    let args = JoinArgs::new(JoinType::Left).validate(JoinValidation::ManyToOne);
    inputs.rows().select(["id", "k"]).join(labels, "k", "k", args)
}

fn join_checked_one_to_many(inputs: &Inputs) -> LazyFrame {
    let labels = inputs.lookup().filter(col("g").eq(1)).select(["k", "label"]);
    let args = JoinArgs::new(JoinType::Inner).validate(JoinValidation::OneToMany);
    // Null keys pair with nothing, so two of them are no mistake.
    concat([labels.clone(), labels.filter(col("k").is_null())]).join(
        inputs.rows().select(["id", "k"]),
        "k",
        "k",
        args,
    )
}

fn nulls_joined(inputs: &Inputs, join_type: JoinType) -> LazyFrame {
    let args = JoinArgs::new(join_type).nulls_equal().coalesce();
    let left = inputs.rows().select(["id", "k"]);
    left.join(inputs.lookup().select(["k", "label"]), "k", "k", args)
}

fn join_nulls_inner(inputs: &Inputs) -> LazyFrame {
    nulls_joined(inputs, JoinType::Inner)
}

fn join_nulls_left(inputs: &Inputs) -> LazyFrame {
    nulls_joined(inputs, JoinType::Left)
}

fn join_nulls_full(inputs: &Inputs) -> LazyFrame {
    nulls_joined(inputs, JoinType::Full)
}

fn join_nulls_semi(inputs: &Inputs) -> LazyFrame {
    nulls_joined(inputs, JoinType::Semi)
}

fn join_nulls_anti(inputs: &Inputs) -> LazyFrame {
    nulls_joined(inputs, JoinType::Anti)
}

fn join_nulls_of_two_keys(inputs: &Inputs) -> LazyFrame {
    let args = JoinArgs::new(JoinType::Left).nulls_equal();
    let left = inputs.rows().select(["id", "g", "x"]);
    left.join(inputs.lookup().select(["g", "x", "label"]), ["g", "x"], ["g", "x"], args)
}

fn news(inputs: &Inputs) -> LazyFrame {
    let rows =
        inputs.sales().select([col("quarter").alias("id"), col("amount").alias("n"), col("shop").alias("k")]);
    rows.unique_by("id", Keep::First).drop_nulls("id")
}

fn olds(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "n", "p"]).head(4)
}

fn update_left(inputs: &Inputs) -> LazyFrame {
    olds(inputs).update(news(inputs), ["id"])
}

fn update_inner(inputs: &Inputs) -> LazyFrame {
    olds(inputs).update(news(inputs), UpdateArgs::on(["id"]).how(UpdateHow::Inner))
}

fn update_full(inputs: &Inputs) -> LazyFrame {
    olds(inputs).update(news(inputs), UpdateArgs::on(["id"]).how(UpdateHow::Full))
}

fn update_with_nulls(inputs: &Inputs) -> LazyFrame {
    let news = inputs.rows().select([(col("id") - 1).alias("id"), col("k"), col("n")]);
    olds(inputs).update(news, UpdateArgs::on(["id"]).include_nulls())
}

fn update_by_row(inputs: &Inputs) -> LazyFrame {
    olds(inputs).update(news(inputs).select(["k", "n"]).head(3), UpdateArgs::by_row())
}

fn concat_side_by_side_and_extend(inputs: &Inputs) -> LazyFrame {
    let parts = [
        inputs.lookup().select(["k", "g"]),
        inputs.rows().select(["id", "p"]),
        inputs.small().select("i8").filter(col("i8").gt(0)),
    ];
    concat_horizontal_extend(parts)
}

fn aligned(inputs: &Inputs, how: JoinType) -> LazyFrame {
    let parts = [
        inputs.rows().select(["k", "id"]).filter(col("id").gt(4)),
        inputs.lookup().select(["k", "label"]),
        inputs.sales().select([col("item").alias("k"), col("amount")]).head(3),
    ];
    concat_align(parts, how)
}

fn align_full(inputs: &Inputs) -> LazyFrame {
    aligned(inputs, JoinType::Full)
}

fn align_left(inputs: &Inputs) -> LazyFrame {
    aligned(inputs, JoinType::Left)
}

fn align_inner(inputs: &Inputs) -> LazyFrame {
    concat_align([inputs.rows().select(["k", "id"]), inputs.lookup().select(["label", "k"])], JoinType::Inner)
}

fn align_right(inputs: &Inputs) -> LazyFrame {
    aligned(inputs, JoinType::Right)
}

fn align_other_columns(inputs: &Inputs) -> LazyFrame {
    let first = inputs.rows().select(["id", "n", "k"]).head(4);
    let second = inputs.rows().select(["id", "k", "d"]).slice(2, Some(4));
    concat_align([first, second], JoinType::Full)
}

fn group_head_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "g", "x"]).group_by("g").head(2)
}

fn group_tail_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "x"]).group_by("k").tail(2)
}

fn group_first_values(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select(["id", "k", "g", "x"]);
    concat([rows.clone().group_by("g").first(), rows.group_by("g").last()])
}

fn group_sums(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["g", "n", "y", "p"]).group_by("g").sum()
}

fn group_extremes(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select(["g", "n", "k", "day"]);
    concat([rows.clone().group_by("g").min(), rows.group_by("g").max()])
}

fn group_counts_of_columns(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select(["g", "n", "k", "x"]);
    concat([rows.clone().group_by("g").count(), rows.group_by("g").n_unique()])
}

fn group_quantiles(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select(["g", "d", "y"]);
    concat([rows.clone().group_by("g").median(), rows.group_by("g").quantile(0.25)])
}

fn group_having(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by("k").having(len().gt(1) & col("n").sum().gt(0)).agg(col("n").sum())
}

fn group_all_and_back(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "x"]).group_by("k").all().explode(["id", "x"])
}

fn transpose_numbers(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["n", "d"]).transpose(TransposeArgs::default())
}

fn transpose_named(inputs: &Inputs) -> LazyFrame {
    let args = TransposeArgs {
        header: Some("what".into()),
        names_from: Some("label".into()),
        ..TransposeArgs::default()
    };
    inputs.lookup().select(["label", "k"]).drop_nulls("label").transpose(args)
}

fn unstack_down(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k"]).unstack(5, UnstackOrder::Down, Vec::<&str>::new())
}

fn unstack_across(inputs: &Inputs) -> LazyFrame {
    inputs.rows().unstack(5, UnstackOrder::Across, ["k"])
}

fn unstack_short(inputs: &Inputs) -> LazyFrame {
    inputs.rows().head(2).unstack(3, UnstackOrder::Down, ["id", "k"])
}

fn dummies_of_two(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select(["shop", "quarter", "amount"]).to_dummies(["shop", "quarter"])
}

fn dummies_without_first(inputs: &Inputs) -> LazyFrame {
    let args = DummiesArgs::new(["quarter"]).drop_first().drop_nulls().separator(":");
    inputs.sales().select(["shop", "quarter"]).to_dummies(args)
}

fn dummies_of_booleans(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["p", "q"]).to_dummies(DummiesArgs::new(Vec::<&str>::new()))
}

fn sample_in_order(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k"]).sample_n(5, 42)
}

fn sample_shuffled(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k"]).sample_n(5, SampleArgs::new(7).shuffled())
}

fn sample_a_fraction(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k"]).sample_fraction(0.3, 1)
}

fn sample_with_replacement(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k"]).sample_n(20, SampleArgs::new(3).with_replacement().shuffled())
}

fn shuffled_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k"]).shuffle(0)
}

/// Rows in order of their times.
fn timed(inputs: &Inputs) -> LazyFrame {
    inputs.rows().drop_nulls("at").sort("at").select(["at", "id", "n", "d", "g"])
}

/// What every query about windows asks of them.
fn totals() -> [Expr; 3] {
    [len().alias("len"), col("d").sum(), col("id").first().alias("first")]
}

fn windows_of_months(inputs: &Inputs) -> LazyFrame {
    timed(inputs).group_by_dynamic("at", "1mo").agg(totals())
}

fn windows_of_hours_closed_right(inputs: &Inputs) -> LazyFrame {
    timed(inputs).group_by_dynamic("at", DynamicArgs::every("12h").closed(Closed::Right)).agg(totals())
}

fn windows_closed_both(inputs: &Inputs) -> LazyFrame {
    timed(inputs).group_by_dynamic("at", DynamicArgs::every("12h").closed(Closed::Both)).agg(totals())
}

fn windows_closed_neither(inputs: &Inputs) -> LazyFrame {
    timed(inputs).group_by_dynamic("at", DynamicArgs::every("12h").closed(Closed::Neither)).agg(totals())
}

fn windows_longer_than_their_distance(inputs: &Inputs) -> LazyFrame {
    timed(inputs).group_by_dynamic("at", DynamicArgs::every("1mo").period("3mo")).agg(totals())
}

fn windows_shorter_than_their_distance(inputs: &Inputs) -> LazyFrame {
    timed(inputs).group_by_dynamic("at", DynamicArgs::every("1d").period("12h")).agg(totals())
}

fn windows_moved(inputs: &Inputs) -> LazyFrame {
    timed(inputs).group_by_dynamic("at", DynamicArgs::every("1d").offset("-8h")).agg(totals())
}

fn windows_labelled_right(inputs: &Inputs) -> LazyFrame {
    timed(inputs).group_by_dynamic("at", DynamicArgs::every("1d").label(WindowLabel::Right)).agg(totals())
}

fn windows_labelled_by_datapoint(inputs: &Inputs) -> LazyFrame {
    timed(inputs)
        .group_by_dynamic("at", DynamicArgs::every("1mo").label(WindowLabel::Datapoint))
        .agg(totals())
}

fn windows_with_boundaries(inputs: &Inputs) -> LazyFrame {
    let args = DynamicArgs::every("1d").closed(Closed::Right).include_boundaries();
    timed(inputs).group_by_dynamic("at", args).agg(totals())
}

fn windows_from_the_first_datapoint(inputs: &Inputs) -> LazyFrame {
    timed(inputs).group_by_dynamic("at", DynamicArgs::every("7d").start_by(StartBy::Datapoint)).agg(totals())
}

fn windows_from_wednesdays(inputs: &Inputs) -> LazyFrame {
    let args = DynamicArgs::every("1w").start_by(StartBy::DaysAfterMonday(2));
    timed(inputs).group_by_dynamic("at", args).agg(totals())
}

fn windows_by_group(inputs: &Inputs) -> LazyFrame {
    timed(inputs).group_by_dynamic("at", DynamicArgs::every("1y").group_by("g")).agg(totals())
}

/// Rows in order of their days.
fn dated(inputs: &Inputs) -> LazyFrame {
    inputs.rows().drop_nulls("day").sort("day").select(["day", "id", "d", "k"])
}

fn windows_of_weeks_of_dates(inputs: &Inputs) -> LazyFrame {
    dated(inputs).group_by_dynamic("day", "1w").agg(totals())
}

fn windows_of_quarters_of_dates(inputs: &Inputs) -> LazyFrame {
    dated(inputs).group_by_dynamic("day", DynamicArgs::every("1q").label(WindowLabel::Right)).agg(totals())
}

fn windows_of_integers(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select([col("id").alias("i"), col("id"), col("d")]);
    rows.group_by_dynamic("i", DynamicArgs::every("5i").include_boundaries()).agg(totals())
}

fn windows_of_all_columns(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select(["id", "n", "d", "g"]);
    rows.group_by_dynamic("id", DynamicArgs::every("4i").group_by("g")).agg(all().sum())
}

/// Rows in order of a number that comes several times.
fn counted(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["d", "id", "g"]).drop_nulls("d").sort("d").select([
        col("d").alias("i"),
        col("d"),
        col("id"),
        col("g"),
    ])
}

fn rolling_integers(inputs: &Inputs) -> LazyFrame {
    counted(inputs).rolling("i", "3i").agg(totals())
}

fn rolling_dates(inputs: &Inputs) -> LazyFrame {
    dated(inputs).rolling("day", "2mo").agg(totals())
}

fn rolling_closed_left(inputs: &Inputs) -> LazyFrame {
    counted(inputs).rolling("i", RollingArgs::period("3i").closed(Closed::Left)).agg(totals())
}

fn rolling_closed_both(inputs: &Inputs) -> LazyFrame {
    counted(inputs).rolling("i", RollingArgs::period("2i").closed(Closed::Both)).agg(totals())
}

fn rolling_closed_neither(inputs: &Inputs) -> LazyFrame {
    counted(inputs).rolling("i", RollingArgs::period("3i").closed(Closed::Neither)).agg(totals())
}

fn rolling_ahead(inputs: &Inputs) -> LazyFrame {
    counted(inputs).rolling("i", RollingArgs::period("4i").offset("-1i")).agg(totals())
}

fn rolling_by_group(inputs: &Inputs) -> LazyFrame {
    counted(inputs).rolling("i", RollingArgs::period("5i").group_by("g")).agg(totals())
}

fn rolling_times(inputs: &Inputs) -> LazyFrame {
    timed(inputs).rolling("at", "36h").agg(totals())
}

fn upsample_integers(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select(["id", "k"]).filter(col("k").is_not_null());
    rows.upsample("id", "1i", Vec::<&str>::new())
}

fn upsample_dates_by_group(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select(["id", "day", "p"]).drop_nulls("day");
    let near = rows.filter(col("day").gt(Scalar::Date(19_700))).sort("day");
    near.upsample("day", "1d", ["p"])
}

fn group_samples(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "g"]).group_by("g").sample_n(2, 5)
}

fn rows_to_learn_from(inputs: &Inputs) -> LazyFrame {
    lazuli::train_test_split(inputs.rows().select(["id", "g"]), 0.3, 9, ["g"]).0
}

fn rows_to_test_with(inputs: &Inputs) -> LazyFrame {
    lazuli::train_test_split(inputs.rows().select(["id", "k"]), 0.25, 9, Vec::<&str>::new()).1
}

fn product_of_columns(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["k", "n"]).filter(col("n").neq(0)).product()
}

fn sums_and_means_of_rows(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select(["k", "n", "d"]);
    concat_horizontal([rows.clone().sum_horizontal(), rows.mean_horizontal()])
}

fn extremes_of_rows(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select(["k", "n", "d"]);
    concat_horizontal([rows.clone().min_horizontal(), rows.max_horizontal()])
}

fn interpolated_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["k", "y", "d"]).interpolate()
}
