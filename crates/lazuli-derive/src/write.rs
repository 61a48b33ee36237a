//! The implementation, as text.

use crate::parse::{Field, RowStruct};

/// `impl lazuli::Row` for the struct.
pub(crate) fn implementation(row: &RowStruct) -> String {
    let each = |write: &dyn Fn(usize, &Field) -> String| -> String {
        row.fields.iter().enumerate().map(|(place, field)| write(place, field)).collect()
    };
    let types = each(&|_, field| {
        format!("(\"{}\", <{} as ::lazuli::rows::RowValue>::data_type()),", field.column, field.value)
    });
    let vectors = each(&|place, field| {
        format!("let mut field_{place}: ::std::vec::Vec<{}> = ::std::vec::Vec::new();", field.value)
    });
    let pushes = each(&|place, field| format!("field_{place}.push(row.{});", field.name));
    let columns = each(&|place, field| {
        format!(
            "(\"{}\", <{} as ::lazuli::rows::RowValue>::column(field_{place})),",
            field.column, field.value
        )
    });
    let reads = each(&|place, field| {
        format!(
            "let mut field_{place} = ::lazuli::rows::values::<{}>(frame, \"{}\")?.into_iter();",
            field.value, field.column
        )
    });
    let some = each(&|place, _| format!("::core::option::Option::Some(value_{place}),"));
    let nexts = each(&|place, _| format!("field_{place}.next(),"));
    let values = each(&|place, field| format!("{}: value_{place},", field.name));
    format!(
        "#[automatically_derived]
        impl ::lazuli::Row for {name} {{
            fn schema() -> ::lazuli::Schema {{
                ::lazuli::rows::schema(::std::vec![{types}])
            }}
            fn to_frame(rows: impl ::core::iter::IntoIterator<Item = Self>) -> ::lazuli::Result<::lazuli::DataFrame> {{
                {vectors}
                for row in rows {{ {pushes} }}
                ::lazuli::rows::frame(::std::vec![{columns}])
            }}
            fn from_frame(frame: &::lazuli::DataFrame) -> ::lazuli::Result<::std::vec::Vec<Self>> {{
                {reads}
                let mut rows = ::std::vec::Vec::with_capacity(frame.height());
                while let ({some}) = ({nexts}) {{ rows.push(Self {{ {values} }}); }}
                ::core::result::Result::Ok(rows)
            }}
        }}",
        name = row.name,
    )
}
