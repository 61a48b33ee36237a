//! Rows N: what NumPy does with arrays, by columns. A matrix is a frame of columns of one type here.

use lazuli::prelude::*;
use lazuli::{random_int, random_normal, random_uniform};

use super::{Tested, close, eval, fails_with, out, value};

/// The matrix of rows 0 to 3, 4 to 7, 8 to 11, as columns.
fn matrix() -> lazuli::Result<DataFrame> {
    Ok(df! { "a" => [0i64, 4, 8], "b" => [1i64, 5, 9], "c" => [2i64, 6, 10], "d" => [3i64, 7, 11] }?)
}

#[test]
fn n01_columns_are_added() -> Tested {
    let frame = df! { "a" => [1i64, 2, 3], "b" => [4i64, 5, 6] }?;
    assert_eq!(eval(&frame, col("a") + col("b"))?, out([5i64, 7, 9]));
    Ok(())
}

#[test]
fn n02_memory_of_an_array() -> Tested {
    // Eight bytes for each Int64, nothing for each row besides.
    assert_eq!(Series::from_iter("a", 0..1_000i64).memory_bytes(), 8_000);
    assert_eq!(Series::from_iter("a", 0..1_000i32).memory_bytes(), 4_000);
    Ok(())
}

#[test]
fn n03_an_array_from_numbers() -> Tested {
    let array = Series::from_iter("a", [1i64, 2, 3, 4, 5]);
    assert_eq!((array.len(), array.get(4)), (5, Scalar::Int64(5)));
    assert_eq!(df! { "a" => [1i64, 2, 3, 4, 5] }?.column("a")?, array);
    Ok(())
}

#[test]
fn n09_int_range() -> Tested {
    assert_eq!(int_range(0, 10, 2)?.to_vec::<i64>()?, [0, 2, 4, 6, 8].map(Some));
    assert_eq!(int_range(5, 0, -2)?.to_vec::<i64>()?, [5, 3, 1].map(Some));
    Ok(())
}

#[test]
fn n10_linear_space() -> Tested {
    let spaced = linear_space(0.0, 1.0, 5, Closed::Both)?;
    assert_eq!(spaced.to_vec::<f64>()?, [0.0, 0.25, 0.5, 0.75, 1.0].map(Some));
    Ok(())
}

/// Nine rows to draw numbers for.
fn nine() -> lazuli::Result<DataFrame> {
    Ok(df! { "row" => 0..9i64 }?)
}

#[test]
fn n11_uniform_numbers() -> Tested {
    let drawn = eval(&nine()?, random_uniform(0.0, 1.0, 7))?.to_vec::<f64>()?;
    assert_eq!(drawn.len(), 9);
    assert!(drawn.iter().flatten().all(|number| (0.0..1.0).contains(number)), "{drawn:?}");
    Ok(())
}

#[test]
fn n12_normal_numbers() -> Tested {
    let many = df! { "row" => 0..10_000i64 }?;
    let drawn = many.lazy().select(random_normal(0.0, 1.0, 7).alias("z")).collect()?;
    let (Scalar::Float64(mean), Scalar::Float64(std)) =
        (value(&drawn, col("z").mean())?, value(&drawn, col("z").std())?)
    else {
        panic!("mean and deviation of numbers");
    };
    // Five times the error that is to be expected of 10 000 rows.
    assert!(mean.abs() < 0.05 && (std - 1.0).abs() < 0.05, "{mean} {std}");
    Ok(())
}

#[test]
fn n13_whole_numbers_by_chance() -> Tested {
    let drawn = eval(&nine()?, random_int(0, 10, 7))?.to_vec::<i64>()?;
    assert!(drawn.iter().flatten().all(|number| (0..10).contains(number)), "{drawn:?}");
    Ok(())
}

#[test]
fn n14_a_seed_gives_the_same_numbers() -> Tested {
    let drawn = |seed| eval(&nine()?, random_int(0, 1_000_000, seed));
    assert_eq!(drawn(42)?, drawn(42)?);
    assert_ne!(drawn(42)?, drawn(43)?);
    Ok(())
}

#[test]
fn n16_number_of_elements() -> Tested {
    let matrix = matrix()?;
    assert_eq!(matrix.height() * matrix.width(), 12);
    assert_eq!(value(&matrix, len())?, Scalar::Int64(3));
    Ok(())
}

#[test]
fn n17_type_of_elements() -> Tested {
    assert_eq!(*Series::from_iter("a", [1i64]).data_type(), DataType::Int64);
    assert_eq!(*Series::from_iter("a", [1.5]).data_type(), DataType::Float64);
    Ok(())
}

#[test]
fn n18_bytes_of_elements() -> Tested {
    // A byte for each Int8, a bit for each Boolean (rounded up to bytes).
    assert_eq!(Series::from_iter("a", [1i8, 2, 3]).memory_bytes(), 3);
    assert_eq!(Series::from_iter("a", [true, false, true]).memory_bytes(), 1);
    let array = Series::from_iter("a", [1.0, 2.0, 3.0]);
    assert_eq!((array.memory_bytes() / array.len(), array.memory_bytes()), (8, 24));
    Ok(())
}

#[test]
fn n21_flattened() -> Tested {
    let rows = df! { "row" => [vec![1i64, 2, 3], vec![4, 5, 6]] }?;
    assert_eq!(eval(&rows, col("row").explode())?, out([1i64, 2, 3, 4, 5, 6]));
    Ok(())
}

#[test]
fn n24_stacked_rows() -> Tested {
    let (a, b) = (df! { "x" => [1, 2], "y" => [3, 4] }?, df! { "x" => [5], "y" => [6] }?);
    let stacked = df! { "x" => [1, 2, 5], "y" => [3, 4, 6] }?;
    assert_eq!(a.vstack(&b)?, stacked);
    assert_eq!(concat([a.lazy(), b.lazy()]).collect()?, stacked);
    Ok(())
}

#[test]
fn n25_stacked_columns() -> Tested {
    let (a, b) = (Series::from_iter("a", [1, 2, 3]), Series::from_iter("b", [4, 5, 6]));
    // Of one axis: one behind the other. Of two: side by side.
    assert_eq!(a.append(&b)?, Series::from_iter("a", [1, 2, 3, 4, 5, 6]));
    let beside = concat_horizontal([a.to_frame().lazy(), b.to_frame().lazy()]).collect()?;
    assert_eq!(beside, df! { "a" => [1, 2, 3], "b" => [4, 5, 6] }?);
    Ok(())
}

#[test]
fn n26_columns_side_by_side() -> Tested {
    let (a, b) = (Series::from_iter("a", [1i64, 2]), Series::from_iter("b", [3i64, 4]));
    let frame = DataFrame::try_new(vec![a, b])?;
    assert_eq!(frame.rows().next(), Some(vec![Scalar::Int64(1), Scalar::Int64(3)]));
    // As one column, a list for each row.
    assert_eq!(eval(&frame, concat_list(["a", "b"]))?, out([vec![1i64, 3], vec![2, 4]]));
    Ok(())
}

#[test]
fn n27_an_element() -> Tested {
    let matrix = matrix()?;
    assert_eq!((matrix.get(0, 0), matrix.get(1, 2)), (Scalar::Int64(0), Scalar::Int64(6)));
    assert_eq!(matrix.item(1, "c")?, Scalar::Int64(6));
    Ok(())
}

#[test]
fn n28_an_element_from_the_end() -> Tested {
    let last = cs::by_index([-1]);
    assert_eq!(value(&matrix()?, Expr::from(last).get(-1))?, Scalar::Int64(11));
    assert_eq!(eval(&matrix()?, col("a").gather([-1, -3]))?, out([8i64, 0]));
    Ok(())
}

#[test]
fn n29_the_first_row() -> Tested {
    assert_eq!(matrix()?.row(0), Some([0i64, 1, 2, 3].map(Scalar::Int64).to_vec()));
    assert_eq!(
        matrix()?.slice(0, Some(1))?,
        df! { "a" => [0i64], "b" => [1i64], "c" => [2i64], "d" => [3i64] }?
    );
    Ok(())
}

#[test]
fn n30_the_first_column() -> Tested {
    assert_eq!(matrix()?.select(cs::by_index([0]))?, df! { "a" => [0i64, 4, 8] }?);
    assert_eq!(matrix()?.column_at(0), Series::from_iter("a", [0i64, 4, 8]));
    Ok(())
}

#[test]
fn n31_a_part_of_a_matrix() -> Tested {
    let part = matrix()?.lazy().slice(0, Some(2)).select(cs::by_index(1..3)).collect()?;
    assert_eq!(part, df! { "b" => [1i64, 5], "c" => [2i64, 6] }?);
    Ok(())
}

#[test]
fn n32_every_second_row() -> Tested {
    let rows = matrix()?.lazy().gather_every(2, 0).select(["a", "d"]).collect()?;
    assert_eq!(rows, df! { "a" => [0i64, 8], "d" => [3i64, 11] }?);
    Ok(())
}

#[test]
fn n33_elements_that_are_greater() -> Tested {
    let array = df! { "a" => [1, 9, 5, 6] }?;
    assert_eq!(array.filter(col("a").gt(5))?, df! { "a" => [9, 6] }?);
    Ok(())
}

#[test]
fn n34_even_elements() -> Tested {
    let array = df! { "a" => [1, 2, 3, 4] }?;
    assert_eq!(array.filter((col("a") % 2).eq(0))?, df! { "a" => [2, 4] }?);
    Ok(())
}

#[test]
fn n35_rows_by_number() -> Tested {
    let rows = matrix()?.lazy().gather([0, 2]).select(["a", "d"]).collect()?;
    assert_eq!(rows, df! { "a" => [0i64, 8], "d" => [3i64, 11] }?);
    Ok(())
}

#[test]
fn n36_columns_by_number() -> Tested {
    assert_eq!(matrix()?.select(cs::by_index([0, 3]))?, df! { "a" => [0i64, 4, 8], "d" => [3i64, 7, 11] }?);
    Ok(())
}

#[test]
fn n37_an_array_and_a_number() -> Tested {
    let array = df! { "a" => [1i8, 2, 3] }?;
    // The literal takes the type of the column.
    assert_eq!(eval(&array, col("a") + 10)?, out([11i8, 12, 13]));
    Ok(())
}

#[test]
fn n41_square_roots() -> Tested {
    assert_eq!(eval(&df! { "a" => [0.0, 4.0, 9.0] }?, col("a").sqrt())?, out([0.0, 2.0, 3.0]));
    Ok(())
}

#[test]
fn n42_exponentials() -> Tested {
    let array = df! { "a" => [1.0] }?;
    assert_eq!(eval(&df! { "a" => [0.0] }?, col("a").exp())?, out([1.0]));
    close(value(&array, col("a").exp())?, std::f64::consts::E);
    Ok(())
}

#[test]
fn n43_logarithms() -> Tested {
    let array = df! { "a" => [std::f64::consts::E] }?;
    close(value(&array, col("a").ln())?, 1.0);
    close(value(&df! { "a" => [8.0] }?, col("a").log(2.0))?, 3.0);
    Ok(())
}

#[test]
fn n44_sines_and_cosines() -> Tested {
    let array = df! { "a" => [std::f64::consts::FRAC_PI_6] }?;
    close(value(&array, col("a").sin())?, 0.5);
    close(value(&array, col("a").cos())?, 0.75f64.sqrt());
    Ok(())
}

#[test]
fn n45_absolute_values() -> Tested {
    assert_eq!(eval(&df! { "a" => [-1i64, 2, -3] }?, col("a").abs())?, out([1i64, 2, 3]));
    Ok(())
}

/// Mean 3, squares of differences 4, 1, 0, 1, 4.
fn one_to_five() -> lazuli::Result<DataFrame> {
    Ok(df! { "a" => [1i64, 2, 3, 4, 5] }?)
}

#[test]
fn n46_sum() -> Tested {
    assert_eq!(value(&one_to_five()?, col("a").sum())?, Scalar::Int64(15));
    Ok(())
}

#[test]
fn n47_mean() -> Tested {
    assert_eq!(value(&one_to_five()?, col("a").mean())?, Scalar::Float64(3.0));
    Ok(())
}

#[test]
fn n48_standard_deviation_of_all_and_of_a_sample() -> Tested {
    close(value(&one_to_five()?, col("a").std_with(0))?, 2f64.sqrt());
    close(value(&one_to_five()?, col("a").std())?, 2.5f64.sqrt());
    Ok(())
}

#[test]
fn n49_least_and_greatest() -> Tested {
    assert_eq!(value(&one_to_five()?, col("a").min())?, Scalar::Int64(1));
    assert_eq!(value(&one_to_five()?, col("a").max())?, Scalar::Int64(5));
    Ok(())
}

#[test]
fn n50_where_least_and_greatest_are() -> Tested {
    let array = df! { "a" => [3, 1, 5, 1, 5] }?;
    // The first of several.
    assert_eq!(value(&array, col("a").arg_min())?, Scalar::Int64(1));
    assert_eq!(value(&array, col("a").arg_max())?, Scalar::Int64(2));
    Ok(())
}

#[test]
fn n51_sum_of_each_column() -> Tested {
    let sums = df! { "a" => [12i64], "b" => [15i64], "c" => [18i64], "d" => [21i64] }?;
    assert_eq!(matrix()?.select(all().sum())?, sums);
    assert_eq!(matrix()?.lazy().sum().collect()?, sums);
    Ok(())
}

#[test]
fn n52_mean_of_each_column() -> Tested {
    assert_eq!(
        matrix()?.select(all().mean())?,
        df! { "a" => [4.0], "b" => [5.0], "c" => [6.0], "d" => [7.0] }?
    );
    Ok(())
}

#[test]
fn n53_sum_of_each_row() -> Tested {
    assert_eq!(eval(&matrix()?, sum_horizontal(all()))?, out([6i64, 22, 38]));
    Ok(())
}

#[test]
fn n54_columns_by_expressions_rows_by_horizontal_ones() -> Tested {
    // What goes away is told by the name of the function, not by the number of an axis.
    assert_eq!(matrix()?.select(all().max())?.shape(), (1, 4));
    assert_eq!(matrix()?.select(max_horizontal(all()).alias("max"))?.shape(), (3, 1));
    assert_eq!(eval(&matrix()?, mean_horizontal(all()))?, out([1.5, 5.5, 9.5]));
    Ok(())
}

#[test]
fn n64_a_write_leaves_the_original() -> Tested {
    let array = Series::from_iter("a", [1i64, 2, 3, 4, 5]);
    let view = array.sliced(1, 3);
    let written = view.scatter([(0, Scalar::Int64(100))])?;
    assert_eq!(written, Series::from_iter("a", [100i64, 3, 4]));
    assert_eq!(view, Series::from_iter("a", [2i64, 3, 4]));
    assert_eq!(array, Series::from_iter("a", [1i64, 2, 3, 4, 5]));
    Ok(())
}

#[test]
fn n65_a_copy_of_a_slice() -> Tested {
    let frame = df! { "a" => 0..1_000i64 }?;
    // A clone shares memory, which nobody can see, since nobody writes; `rechunk` makes one piece of many.
    assert_eq!(frame.sliced(1, 3).clone(), df! { "a" => [1i64, 2, 3] }?);
    let pieces = concat([frame.lazy(), frame.lazy()]).collect()?;
    assert_eq!(pieces.rechunk().batches().len(), 1);
    assert_eq!(pieces.rechunk(), pieces);
    Ok(())
}

#[test]
fn n73_standardised_columns() -> Tested {
    let frame = df! { "a" => [1.0, 2.0, 3.0], "b" => [10.0, 10.0, 40.0] }?;
    let scaled = frame.select((all() - all().mean()) / all().std_with(0))?;
    // a: deviations -1, 0, 1 over sqrt(2/3); b: -10, -10, 20 over sqrt(200).
    let (a, b) = (1.5f64.sqrt(), 0.5f64.sqrt());
    for (row, (wanted_a, wanted_b)) in [(-a, -b), (0.0, -b), (a, 2.0 * b)].into_iter().enumerate() {
        close(scaled.get(row, 0), wanted_a);
        close(scaled.get(row, 1), wanted_b);
    }
    Ok(())
}

#[test]
fn n75_the_most_common_value() -> Tested {
    assert_eq!(value(&df! { "a" => [1, 3, 2, 3, 1, 3] }?, col("a").mode())?, Scalar::Int32(3));
    Ok(())
}

#[test]
fn n76_distinct_values_and_their_counts() -> Tested {
    let array = df! { "a" => [2, 1, 2, 3, 2, 1] }?;
    // Most frequent first; NumPy's order, by value, is one sort more.
    let counts = array.lazy().value_counts(["a"]);
    assert_eq!(counts.clone().collect()?, df! { "a" => [2, 1, 3], "count" => [3i64, 2, 1] }?);
    assert_eq!(counts.sort("a").collect()?, df! { "a" => [1, 2, 3], "count" => [2i64, 3, 1] }?);
    Ok(())
}

#[test]
fn n77_clipped() -> Tested {
    assert_eq!(eval(&df! { "a" => [-5, 20, 80] }?, col("a").clip(0, 50))?, out([0, 20, 50]));
    Ok(())
}

#[test]
fn n78_written_where_greater() -> Tested {
    let matrix = df! { "a" => [10, 60], "b" => [70, 50] }?;
    let capped = matrix.with_columns(when(all().gt(50)).then(50).otherwise(all()).name().keep())?;
    assert_eq!(capped, df! { "a" => [10, 50], "b" => [50, 50] }?);
    Ok(())
}

#[test]
fn n79_one_or_the_other() -> Tested {
    let frame = df! { "c" => [true, false], "x" => [1, 2], "y" => [10, 20] }?;
    assert_eq!(eval(&frame, when(col("c")).then(col("x")).otherwise(col("y")))?, out([1, 20]));
    Ok(())
}

#[test]
fn n80_logarithms_of_one_more() -> Tested {
    let array = df! { "x" => [0.0, 1e-20] }?;
    // 1 + 1e-20 is 1 in floats; log1p does not lose it.
    assert_eq!(eval(&array, col("x").log1p())?, out([0.0, 1e-20]));
    fails_with(eval(&df! { "x" => ["a"] }?, col("x").log1p()), &["log1p", "String"]);
    Ok(())
}
