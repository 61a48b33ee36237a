//! Expressions over rows: arithmetic, comparisons, logic, conditionals, casts, times.

use lazuli::prelude::*;

use crate::inputs::Inputs;

queries![
    arithmetic_of_integers,
    division_of_integers,
    floor_division_of_integers,
    floor_division_by_literals,
    arithmetic_of_floats,
    floor_division_of_floats,
    arithmetic_of_mixed_types,
    powers,
    comparisons_with_null,
    comparisons_where_null_is_a_value,
    comparisons_of_floats,
    comparisons_of_strings,
    logic,
    logic_with_literals,
    is_in_values,
    is_between_ends,
    null_tests,
    when_then_otherwise,
    when_without_otherwise,
    when_types_widen,
    when_guards_a_division,
    cast_numbers,
    cast_what_does_not_fit,
    cast_texts,
    cast_texts_to_booleans,
    cast_texts_to_dates,
    cast_to_texts,
    cast_times,
    filter_dates,
    filter_dates_between,
    date_differences,
    date_and_duration,
    durations,
    longest_span,
    texts_joined,
    shared_expressions,
    folded_constants,
];

const DATETIME: DataType = DataType::Datetime(TimeUnit::Microseconds, None);

fn date(text: &str) -> Expr {
    lit(text).cast(DataType::Date)
}

fn arithmetic_of_integers(inputs: &Inputs) -> LazyFrame {
    let (n, d) = (|| col("n"), || col("d"));
    inputs.rows().select([
        (n() + d()).alias("add"),
        (n() - d()).alias("sub"),
        (n() * d()).alias("mul"),
        (-n()).alias("neg"),
        n().abs().alias("abs"),
    ])
}

fn division_of_integers(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([col("n"), col("d"), (col("n") / col("d")).alias("div")])
}

fn floor_division_of_integers(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("n"),
        col("d"),
        col("n").floor_div(col("d")).alias("floor"),
        (col("n") % col("d")).alias("rest"),
    ])
}

fn floor_division_by_literals(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("n"),
        col("n").floor_div(3).alias("floor"),
        (col("n") % 3).alias("rest"),
        col("n").floor_div(-3).alias("negative_floor"),
        (col("n") % -3).alias("negative_rest"),
        col("n").floor_div(0).alias("floor_0"),
        (col("n") % 0).alias("rest_0"),
        (col("n") / 0).alias("div_0"),
    ])
}

fn arithmetic_of_floats(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        (col("x") + col("y")).alias("add"),
        (col("x") - col("y")).alias("sub"),
        (col("x") * col("y")).alias("mul"),
        (col("x") / col("y")).alias("div"),
    ])
}

fn floor_division_of_floats(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("y"),
        col("y").floor_div(1.5).alias("floor"),
        (col("y") % 1.5).alias("rest"),
        col("y").floor_div(-1.5).alias("negative_floor"),
        (col("y") % -1.5).alias("negative_rest"),
        (col("y") % 0.0).alias("rest_0"),
    ])
}

fn arithmetic_of_mixed_types(inputs: &Inputs) -> LazyFrame {
    inputs.small().select([
        (col("i8") + col("u8")).alias("i8_u8"),
        (col("u32") - col("i16")).alias("u32_i16"),
        (col("i16") / col("i8")).alias("div"),
        (col("f32") + col("f64")).alias("floats"),
        (col("i8") * (col("i64").fill_null(1) % 1000)).alias("wide"),
    ])
}

fn powers(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("n").pow(2).alias("square"),
        col("n").pow(3).alias("cube"),
        col("y").pow(2).alias("float"),
    ])
}

fn comparisons_with_null(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("n").eq(7).alias("eq"),
        col("n").neq(7).alias("ne"),
        col("n").lt(col("d")).alias("lt"),
        col("n").lt_eq(col("d")).alias("le"),
        col("n").gt(col("d")).alias("gt"),
        col("n").gt_eq(col("d")).alias("ge"),
    ])
}

fn comparisons_where_null_is_a_value(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("p").eq_missing(col("q")).alias("same"),
        col("p").neq_missing(col("q")).alias("other"),
        col("x").eq_missing(col("y")).alias("floats"),
        col("k").eq_missing("b").alias("text"),
    ])
}

fn comparisons_of_floats(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("x"),
        col("x").eq(0.0).alias("zero"),
        col("x").gt(10.0).alias("large"),
        col("x").lt(0.0).alias("negative"),
        col("x").eq(f64::NAN).alias("nan"),
        col("x").is_nan().alias("is_nan"),
    ])
}

fn comparisons_of_strings(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("k"),
        col("k").lt("b").alias("lt"),
        col("k").eq("").alias("empty"),
        col("k").gt("z").alias("above_z"),
    ])
}

fn logic(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("p"),
        col("q"),
        (col("p") & col("q")).alias("and"),
        (col("p") | col("q")).alias("or"),
        (col("p") ^ col("q")).alias("xor"),
        (!col("p")).alias("not"),
    ])
}

fn logic_with_literals(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("p").and(false).alias("and_false"),
        col("p").or(true).alias("or_true"),
        col("p").and(lit(Scalar::Null)).alias("and_null"),
        col("p").or(lit(Scalar::Null)).alias("or_null"),
        col("p").and(col("q").not()).not().alias("implies"),
    ])
}

fn is_in_values(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("k").is_in(["b", "", "zz"]).alias("text"),
        col("n").is_in([7, -3, 99]).alias("number"),
        col("x").is_in([f64::NAN, 0.0]).alias("float"),
        col("k").is_in(Vec::<&str>::new()).alias("nothing"),
    ])
}

fn is_between_ends(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("n").is_between(-3, 7).alias("number"),
        col("k").is_between("a", "b").alias("text"),
        col("n").is_between(0, col("d")).alias("column"),
        col("x").is_between(0.0, f64::INFINITY).alias("float"),
    ])
}

fn null_tests(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("k").is_null().alias("k"),
        col("x").is_not_null().alias("x"),
        (col("n") + col("d")).is_null().alias("sum"),
        coalesce([col("k"), lit("none")]).alias("coalesced"),
        coalesce(["x", "y", "n"]).alias("first"),
    ])
}

fn when_then_otherwise(inputs: &Inputs) -> LazyFrame {
    let size = when(col("n").gt(5)).then("high").when(col("n").lt(0)).then("low").otherwise("middle");
    inputs.rows().select([col("n"), size.alias("size")])
}

fn when_without_otherwise(inputs: &Inputs) -> LazyFrame {
    let (k, n) = (when(col("p")).then(col("k")).end(), when(!col("p")).then(col("n")).end());
    inputs.rows().select([k.alias("k"), n.alias("n")])
}

fn when_types_widen(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        when(col("p")).then(col("n")).otherwise(col("y")).alias("number"),
        when(col("q")).then(lit(Scalar::Null)).otherwise(col("day")).alias("day"),
        when(col("n").gt(0)).then(1).otherwise(col("n")).alias("sign"),
    ])
}

fn when_guards_a_division(inputs: &Inputs) -> LazyFrame {
    let quotient = when(col("d").neq(0)).then(col("n").floor_div(col("d"))).otherwise(0);
    inputs.rows().select(quotient.alias("quotient"))
}

fn cast_numbers(inputs: &Inputs) -> LazyFrame {
    inputs.small().select([
        col("i8").cast(DataType::Int64),
        col("u8").cast(DataType::Float64),
        col("i16").cast(DataType::String),
        col("u32").cast(DataType::Int64),
        col("f32").cast(DataType::Float64),
        col("i8").neq(0).alias("bool").cast(DataType::Int32),
    ])
}

fn cast_what_does_not_fit(inputs: &Inputs) -> LazyFrame {
    inputs.small().select([
        col("i64").try_cast(DataType::Int32).alias("i64_i32"),
        col("i8").try_cast(DataType::UInt8).alias("i8_u8"),
        col("u32").try_cast(DataType::Int16).alias("u32_i16"),
        col("f32").try_cast(DataType::Int64).alias("f32_i64"),
        col("f64").try_cast(DataType::Int32).alias("f64_i32"),
    ])
}

fn cast_texts(inputs: &Inputs) -> LazyFrame {
    inputs.texts().select([
        col("t"),
        col("t").try_cast(DataType::Int64).alias("int"),
        col("t").try_cast(DataType::Float64).alias("float"),
        col("whole").cast(DataType::Int64),
        col("whole").try_cast(DataType::UInt8).alias("byte"),
    ])
}

fn cast_texts_to_booleans(inputs: &Inputs) -> LazyFrame {
    inputs.texts().select([col("flag").cast(DataType::Boolean), col("t").try_cast(DataType::Boolean)])
}

fn cast_texts_to_dates(inputs: &Inputs) -> LazyFrame {
    inputs.texts().select([col("iso").cast(DataType::Date), col("t").try_cast(DataType::Date)])
}

fn cast_to_texts(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["n", "x", "p", "day"].map(|name| col(name).cast(DataType::String)))
}

fn cast_times(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("at").cast(DataType::Date).alias("date"),
        col("day").cast(DATETIME).alias("midnight"),
        col("at").cast(DataType::Datetime(TimeUnit::Milliseconds, None)).alias("milliseconds"),
        col("at").cast(DataType::Int64).alias("ticks"),
    ])
}

fn filter_dates(inputs: &Inputs) -> LazyFrame {
    let rows =
        inputs.rows().filter(col("day").gt_eq(date("2024-01-01")).and(col("day").lt(date("2024-03-01"))));
    rows.select(["id", "day"])
}

fn filter_dates_between(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().filter(col("day").is_between(date("1969-07-20"), date("2000-01-01")));
    rows.select(["id", "day"])
}

fn date_differences(inputs: &Inputs) -> LazyFrame {
    let (since, of_day) = (col("day") - date("2024-01-01"), col("at") - col("day"));
    inputs.rows().select([since.alias("since"), of_day.alias("of_day")])
}

fn date_and_duration(inputs: &Inputs) -> LazyFrame {
    let span = || col("at") - date("2024-01-01");
    inputs.rows().select([(col("day") + span()).alias("later"), (col("day") - span()).alias("earlier")])
}

fn durations(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().select([col("id"), (col("at") - col("day")).alias("span")]);
    let rows = rows.filter(col("span").gt(date("2024-01-01") - date("2024-01-01")));
    rows.with_columns([(col("span") * 2).alias("twice"), (col("span") + col("span")).alias("sum")])
}

fn longest_span(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        (col("day").max() - col("day").min()).alias("days"),
        (col("at").max() - col("at").min()).alias("exact"),
    ])
}

fn texts_joined(inputs: &Inputs) -> LazyFrame {
    let (twice, open) = (col("k") + "-" + col("k"), lit("<") + col("k"));
    inputs.rows().select([twice.alias("twice"), open.alias("open")])
}

fn shared_expressions(inputs: &Inputs) -> LazyFrame {
    let total = || col("n") * 2 + col("d");
    inputs.rows().select([
        total().alias("a"),
        (total() + 1).alias("b"),
        total().gt(0).alias("c"),
        (total() * total()).alias("d"),
    ])
}

fn folded_constants(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().filter((lit(1) + 1).eq(2));
    rows.select([(col("n") * (lit(2) + 3)).alias("five"), (lit(7) / 2).alias("half")]).head(3)
}
