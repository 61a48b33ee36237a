//! Choices of columns, names, structs and lists by whole queries.

use lazuli::prelude::*;
use lazuli::{Expr, Selector};

type Tested = Result<(), Box<dyn std::error::Error>>;

fn sales() -> lazuli::Result<DataFrame> {
    Ok(df! {
        "shop" => ["a", "b", "a"],
        "code" => [7, 8, 7],
        "units" => [1i64, 2, 3],
        "price" => [0.5, 1.5, 2.5],
    }?)
}

#[test]
fn choices_leave_keys_out() -> Tested {
    let by =
        sales()?.lazy().group_by(["shop", "code"]).agg([cs::numeric().expr().sum().name().suffix("_sum")]);
    let expected = df! {
        "shop" => ["a", "b"], "code" => [7, 8], "units_sum" => [4i64, 2], "price_sum" => [3.0, 1.5],
    }?;
    assert_eq!(by.collect()?, expected);
    let rest = sales()?.lazy().select([cs::all() - cs::numeric()]).collect()?;
    assert_eq!(rest, df! { "shop" => ["a", "b", "a"] }?);
    Ok(())
}

#[test]
fn structs_there_and_back() -> Tested {
    let packed = sales()?.lazy().select([col("shop"), as_struct([cs::numeric().expr()]).alias("row")]);
    let raised = packed.clone().with_columns([col("row").struct_().with_fields([field("price") * 2.0])]);
    let unpacked = raised.unnest(["row"]).select([col("shop"), col("price")]).collect()?;
    assert_eq!(unpacked, df! { "shop" => ["a", "b", "a"], "price" => [1.0, 3.0, 5.0] }?);
    let all_fields = packed.clone().select([col("row").struct_().unnest()]).collect_schema()?;
    assert_eq!(all_fields.names().map(|name| name.as_str()).collect::<Vec<_>>(), ["code", "units", "price"]);
    let error = packed.clone().unnest(["shop"]).collect().expect_err("no struct").to_string();
    assert!(error.contains("unnest takes columns of structs, found String"), "{error}");
    let error = packed.unnest(["roww"]).collect().expect_err("no column").to_string();
    assert!(error.contains("did you mean row?"), "{error}");
    Ok(())
}

#[test]
fn lists_of_groups() -> Tested {
    let lists = sales()?.lazy().group_by("shop").agg([col("units").implode()]);
    let shares = lists.select([
        col("shop"),
        col("units").list().eval(element() - element().mean()).alias("off"),
        col("units").list().agg(element().max()).alias("most"),
    ]);
    let spread = shares.explode(["off"]).collect()?;
    let expected = df! { "shop" => ["a", "a", "b"], "off" => [-1.0, 1.0, 0.0], "most" => [3i64, 3, 2] }?;
    assert_eq!(spread, expected);
    Ok(())
}

#[test]
fn unnested_columns_are_pruned() -> Tested {
    let unnest = Expr::Selector(Selector::Unnested(vec!["row".into()]));
    let packed = sales()?.lazy().select([as_struct(["units", "price"]).alias("row")]).select([unnest]);
    assert_eq!(packed.select([col("price")]).collect()?, df! { "price" => [0.5, 1.5, 2.5] }?);
    Ok(())
}
