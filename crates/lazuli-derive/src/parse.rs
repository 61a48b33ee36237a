//! The struct, from its tokens.

use proc_macro::{Delimiter, TokenStream, TokenTree};

/// A struct whose values are rows.
pub(crate) struct RowStruct {
    pub(crate) name: String,
    pub(crate) fields: Vec<Field>,
}

/// A field, whose values are a column.
pub(crate) struct Field {
    pub(crate) name: String,
    /// The type as text.
    pub(crate) value: String,
    /// The name of the column.
    pub(crate) column: String,
}

type Tokens = std::iter::Peekable<proc_macro::token_stream::IntoIter>;

/// Reads a struct of named fields.
pub(crate) fn read(item: TokenStream) -> Result<RowStruct, String> {
    let mut tokens = item.into_iter().peekable();
    skip_attributes(&mut tokens)?;
    skip_visibility(&mut tokens);
    match tokens.next() {
        Some(TokenTree::Ident(word)) if word.to_string() == "struct" => {}
        _ => return Err("only a struct can be a row".into()),
    }
    let Some(TokenTree::Ident(name)) = tokens.next() else { return Err("a struct without a name".into()) };
    match tokens.next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let fields = fields(group.stream())?;
            if fields.is_empty() {
                return Err("a row needs a field".into());
            }
            Ok(RowStruct { name: name.to_string(), fields })
        }
        Some(TokenTree::Punct(mark)) if mark.as_char() == '<' => {
            Err("a row has no type parameters or lifetimes: its columns have types of their own".into())
        }
        _ => Err("the fields of a row have names, which are those of its columns".into()),
    }
}

fn fields(stream: TokenStream) -> Result<Vec<Field>, String> {
    let mut tokens = stream.into_iter().peekable();
    let mut fields = Vec::new();
    while tokens.peek().is_some() {
        let renamed = skip_attributes(&mut tokens)?;
        skip_visibility(&mut tokens);
        let Some(TokenTree::Ident(name)) = tokens.next() else { return Err("a field without a name".into()) };
        match tokens.next() {
            Some(TokenTree::Punct(mark)) if mark.as_char() == ':' => {}
            _ => return Err(format!("field {name} has no type")),
        }
        let name = name.to_string();
        let column = renamed.unwrap_or_else(|| name.trim_start_matches("r#").to_string());
        fields.push(Field { name, value: value_type(&mut tokens), column });
    }
    Ok(fields)
}

/// The tokens up to the comma that ends the field.
fn value_type(tokens: &mut Tokens) -> String {
    let (mut text, mut depth) = (String::new(), 0);
    for token in tokens.by_ref() {
        if let TokenTree::Punct(mark) = &token {
            match mark.as_char() {
                ',' if depth == 0 => break,
                '<' => depth += 1,
                '>' => depth -= 1,
                _ => {}
            }
        }
        text += &token.to_string();
        // Marks of two characters, as `::`, must not be torn apart.
        if !matches!(&token, TokenTree::Punct(mark) if mark.spacing() == proc_macro::Spacing::Joint) {
            text.push(' ');
        }
    }
    text
}

/// Passes over attributes; the name that `#[row(rename = "...")]` gives, if there is one.
fn skip_attributes(tokens: &mut Tokens) -> Result<Option<String>, String> {
    let mut renamed = None;
    while matches!(tokens.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '#') {
        tokens.next();
        if let Some(TokenTree::Group(group)) = tokens.next()
            && let Some(name) = rename_of(group.stream())?
        {
            renamed = Some(name);
        }
    }
    Ok(renamed)
}

fn rename_of(attribute: TokenStream) -> Result<Option<String>, String> {
    const EXPECTED: &str = "write #[row(rename = \"name\")]";
    let mut tokens = attribute.into_iter();
    match tokens.next() {
        Some(TokenTree::Ident(word)) if word.to_string() == "row" => {}
        _ => return Ok(None),
    }
    let Some(TokenTree::Group(group)) = tokens.next() else { return Err(EXPECTED.into()) };
    let parts: Vec<String> = group.stream().into_iter().map(|token| token.to_string()).collect();
    match &parts[..] {
        [word, equals, name]
            if word == "rename" && equals == "=" && name.len() >= 2 && name.starts_with('"') =>
        {
            Ok(Some(name[1..name.len() - 1].to_string()))
        }
        _ => Err(EXPECTED.into()),
    }
}

fn skip_visibility(tokens: &mut Tokens) {
    if matches!(tokens.peek(), Some(TokenTree::Ident(word)) if word.to_string() == "pub") {
        tokens.next();
        if matches!(tokens.peek(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
        {
            tokens.next();
        }
    }
}
