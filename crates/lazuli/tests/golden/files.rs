//! CSV files.

use lazuli::prelude::*;

use crate::inputs::Inputs;

queries![
    orders_all,
    orders_filter,
    orders_group,
    orders_sort,
    orders_join_itself,
    orders_tail,
    strikes_by_phase,
    strikes_filter,
    strikes_of_some_days,
    strikes_fastest,
    strikes_species_of_states,
    strikes_pivot,
    strikes_join_totals,
    strikes_airports,
    sales_by_category,
    sales_by_region_and_status,
    sales_largest,
    sales_with_notes,
    sales_of_regions,
];

fn orders_all(inputs: &Inputs) -> LazyFrame {
    inputs.orders_file()
}

fn orders_filter(inputs: &Inputs) -> LazyFrame {
    let orders = inputs.orders_file().filter(col("amount").gt(1) & col("paid"));
    orders.select(["note", "order", "shipped"])
}

fn orders_group(inputs: &Inputs) -> LazyFrame {
    let customers = inputs.orders_file().group_by("customer");
    customers.agg([col("amount").sum(), len().alias("rows"), col("shipped").max().alias("last")])
}

fn orders_sort(inputs: &Inputs) -> LazyFrame {
    inputs.orders_file().sort([col("shipped").desc(), col("amount").asc()])
}

fn orders_join_itself(inputs: &Inputs) -> LazyFrame {
    let pairs = inputs.orders_file().join(inputs.orders_file(), "customer", "customer", JoinType::Inner);
    let pairs = pairs.filter(col("order").lt(col("order_right")));
    pairs.select(["customer", "order", "order_right", "note_right"])
}

fn orders_tail(inputs: &Inputs) -> LazyFrame {
    inputs.orders_file().tail(3).select(["order", "note"])
}

fn strikes_by_phase(inputs: &Inputs) -> LazyFrame {
    let phases = inputs.birdstrikes_file().group_by("Phase of flight").agg([
        len().alias("strikes"),
        col("Cost Total $").sum().alias("cost"),
        col("Speed IAS in knots").mean().alias("speed"),
        col("Speed IAS in knots").median().alias("middle_speed"),
    ]);
    phases.sort(col("strikes").desc())
}

fn strikes_filter(inputs: &Inputs) -> LazyFrame {
    let dear = col("Cost Total $").gt(500_000).and(col("Origin State").neq("Texas"));
    let columns = ["Flight Date", "Airport Name", "Wildlife Species", "Cost Total $"];
    inputs.birdstrikes_file().filter(dear).select(columns)
}

fn strikes_of_some_days(inputs: &Inputs) -> LazyFrame {
    let day = |text: &str| lit(text).cast(DataType::Date);
    let holidays = col("Flight Date").is_between(day("1999-12-24"), day("1999-12-31"));
    let columns = ["Flight Date", "Aircraft Airline Operator", "Speed IAS in knots"];
    inputs.birdstrikes_file().filter(holidays).select(columns)
}

fn strikes_fastest(inputs: &Inputs) -> LazyFrame {
    let keys = [col("Speed IAS in knots").desc(), col("Flight Date").asc()];
    let columns = ["Speed IAS in knots", "Flight Date", "Aircraft Make Model"];
    inputs.birdstrikes_file().sort(keys).limit(12).select(columns)
}

fn strikes_species_of_states(inputs: &Inputs) -> LazyFrame {
    let states = inputs.birdstrikes_file().group_by("Origin State").agg([
        col("Wildlife Species").n_unique().alias("species"),
        col("Flight Date").min().alias("first"),
        col("Flight Date").max().alias("last"),
    ]);
    states.sort([col("species").desc(), col("Origin State").asc()]).limit(15)
}

fn strikes_pivot(inputs: &Inputs) -> LazyFrame {
    let wide = inputs.birdstrikes_file().pivot(["Time of day"]).index(["Phase of flight"]);
    wide.values(["Cost Total $"]).agg(element().count())
}

fn strikes_join_totals(inputs: &Inputs) -> LazyFrame {
    let strikes = || inputs.birdstrikes_file();
    let totals = strikes().group_by("Origin State").agg([col("Cost Total $").sum().alias("total")]);
    let dear = strikes().filter(col("Cost Total $").gt(1_000_000));
    let columns = ["Flight Date", "Origin State", "Cost Total $", "total"];
    dear.join(totals, "Origin State", "Origin State", JoinType::Left).select(columns)
}

fn strikes_airports(inputs: &Inputs) -> LazyFrame {
    let airports = inputs.birdstrikes_file().select(["Airport Name", "Origin State"]).unique();
    airports.filter(col("Origin State").eq("Alaska"))
}

fn sales_by_category(inputs: &Inputs) -> LazyFrame {
    let large = inputs.sales_file().filter(col("amount").gt(100));
    large.group_by("category").agg([col("amount").sum()]).sort(col("amount").desc())
}

fn sales_by_region_and_status(inputs: &Inputs) -> LazyFrame {
    inputs.sales_file().group_by(["region", "status"]).agg([
        len().alias("orders"),
        col("quantity").sum(),
        col("amount").max().alias("largest"),
        col("note").count().alias("notes"),
    ])
}

fn sales_largest(inputs: &Inputs) -> LazyFrame {
    let columns = ["order_id", "date", "store", "amount", "customer", "note"];
    inputs.sales_file().sort(col("amount").desc()).limit(8).select(columns)
}

fn sales_with_notes(inputs: &Inputs) -> LazyFrame {
    let noted = col("note").is_not_null() & col("quantity").gt(3) & col("store").eq("S42");
    inputs.sales_file().filter(noted).select(["order_id", "quantity", "customer", "note"]).limit(20)
}

fn sales_of_regions(inputs: &Inputs) -> LazyFrame {
    let regions = df! {
        "region" => [Some("north"), Some("west"), None, Some("nowhere")], "manager" => ["Ann", "Bob", "Cy", "Di"],
    };
    let regions = inputs.frame(&regions.expect("four rows each"));
    let sales = inputs.sales_file().filter(col("order_id").lt_eq(2_000));
    let managers = sales.join(regions, "region", "region", JoinType::Left).group_by("manager");
    managers.agg([len().alias("orders"), col("date").min().alias("first"), col("date").max().alias("last")])
}
