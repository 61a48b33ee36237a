//! Types as Lazuli writes them, where SQL's grammar has no words for them: `List(Int64)`, `Struct(a: Int64, b: String)`,
//! `Datetime(us, Europe/Paris)`, `Enum('low', 'high')`, in each other as they like.
//!
//! What is read here leaves the token stream before the grammar sees it: a stand-in name takes its place.

use std::sync::Arc;

use lazuli_array::{DataType, Dictionary, Field, TimeUnit};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

/// What stand-in names begin with; no name that somebody would write.
const STAND_IN: &str = "\u{0}type ";

/// How deep types may nest.
const MAX_DEPTH: usize = 32;

/// The tokens with a stand-in for each type of Lazuli's own form behind `as` and `::`, and at the very beginning if
/// `at_start`; and the types. `leaf` reads a type that SQL has a name for.
pub(crate) fn replace_types(
    tokens: Vec<TokenWithSpan>,
    at_start: bool,
    leaf: &dyn Fn(Vec<TokenWithSpan>) -> Option<DataType>,
) -> (Vec<TokenWithSpan>, Vec<DataType>) {
    let (mut kept, mut types) = (Vec::with_capacity(tokens.len()), Vec::new());
    let mut expects_type = at_start;
    let mut rest = tokens.as_slice();
    while let Some(next) = rest.first() {
        if expects_type && own_kind(&next.token).is_some() {
            let mut reader = Tokens { rest, leaf };
            // Without a bracket behind it, it is a name: `a as list`.
            if reader.opens_bracket()
                && let Some(data_type) = reader.data_type(0)
            {
                kept.push(TokenWithSpan { token: stand_in(types.len()), span: next.span });
                types.push(data_type);
                rest = reader.rest;
                expects_type = false;
                continue;
            }
        }
        expects_type = match &next.token {
            Token::Word(word) => word.keyword == Keyword::AS,
            Token::DoubleColon => true,
            Token::Whitespace(_) => expects_type,
            _ => false,
        };
        kept.push(next.clone());
        rest = &rest[1..];
    }
    (kept, types)
}

/// The type that a name stands in for.
pub(crate) fn of_stand_in(name: &str, types: &[DataType]) -> Option<DataType> {
    types.get(name.strip_prefix(STAND_IN)?.parse::<usize>().ok()?).cloned()
}

fn stand_in(index: usize) -> Token {
    Token::Word(Word {
        value: format!("{STAND_IN}{index}"),
        quote_style: Some('"'),
        keyword: Keyword::NoKeyword,
    })
}

#[derive(Clone, Copy)]
enum OwnKind {
    List,
    Struct,
    Datetime,
    Duration,
    Enum,
}

/// The kind of type a word begins, if SQL's grammar can't read it.
fn own_kind(token: &Token) -> Option<OwnKind> {
    let Token::Word(word) = token else { return None };
    match word.value.to_ascii_lowercase().as_str() {
        "list" => Some(OwnKind::List),
        "struct" => Some(OwnKind::Struct),
        "datetime" => Some(OwnKind::Datetime),
        "duration" => Some(OwnKind::Duration),
        "enum" => Some(OwnKind::Enum),
        _ => None,
    }
}

/// The tokens that are left, and how types with names of SQL are read.
struct Tokens<'a> {
    rest: &'a [TokenWithSpan],
    leaf: &'a dyn Fn(Vec<TokenWithSpan>) -> Option<DataType>,
}

impl Tokens<'_> {
    fn skip_space(&mut self) {
        while let [TokenWithSpan { token: Token::Whitespace(_), .. }, rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    fn peek(&mut self) -> Option<&Token> {
        self.skip_space();
        self.rest.first().map(|next| &next.token)
    }

    fn next(&mut self) -> Option<Token> {
        self.skip_space();
        let (next, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(next.token.clone())
    }

    /// Whether the next token but one is an opening bracket.
    fn opens_bracket(&self) -> bool {
        let mut behind = self.rest.iter().skip(1).map(|next| &next.token);
        behind.find(|token| !matches!(token, Token::Whitespace(_))) == Some(&Token::LParen)
    }

    fn take(&mut self, token: &Token) -> Option<()> {
        (self.next()? == *token).then_some(())
    }

    fn data_type(&mut self, depth: usize) -> Option<DataType> {
        if depth == MAX_DEPTH {
            return None;
        }
        let before = self.rest;
        let mut data_type = match own_kind(self.peek()?) {
            Some(kind) => {
                self.next()?;
                if self.peek() == Some(&Token::LParen) {
                    self.next()?;
                    self.arguments(kind, depth)?
                } else {
                    self.rest = before;
                    self.named()?
                }
            }
            None => self.named()?,
        };
        while self.peek() == Some(&Token::LBracket) {
            self.next()?;
            self.take(&Token::RBracket)?;
            data_type = DataType::List(Box::new(data_type));
        }
        Some(data_type)
    }

    /// What stands between the brackets behind a kind, and the closing one.
    fn arguments(&mut self, kind: OwnKind, depth: usize) -> Option<DataType> {
        Some(match kind {
            OwnKind::List => {
                let item = self.data_type(depth + 1)?;
                self.take(&Token::RParen)?;
                DataType::List(Box::new(item))
            }
            OwnKind::Struct => {
                let mut fields = Vec::new();
                loop {
                    let name = match self.next()? {
                        Token::Word(word) => word.value,
                        Token::RParen if fields.is_empty() => break,
                        _ => return None,
                    };
                    // As Lazuli writes it, or as SQL does.
                    if self.peek() == Some(&Token::Colon) {
                        self.next()?;
                    }
                    fields.push(Field::new(name, self.data_type(depth + 1)?));
                    match self.next()? {
                        Token::Comma => {}
                        Token::RParen => break,
                        _ => return None,
                    }
                }
                DataType::Struct(fields.into())
            }
            OwnKind::Datetime => {
                let unit = self.unit()?;
                let zone = match self.next()? {
                    Token::RParen => None,
                    Token::Comma => Some(self.zone()?),
                    _ => return None,
                };
                DataType::Datetime(unit, zone.map(Into::into))
            }
            OwnKind::Duration => {
                let unit = self.unit()?;
                self.take(&Token::RParen)?;
                DataType::Duration(unit)
            }
            OwnKind::Enum => {
                let mut categories: Vec<String> = Vec::new();
                loop {
                    match self.next()? {
                        Token::SingleQuotedString(text) if !categories.contains(&text) => {
                            categories.push(text);
                        }
                        Token::RParen if categories.is_empty() => break,
                        _ => return None,
                    }
                    match self.next()? {
                        Token::Comma => {}
                        Token::RParen => break,
                        _ => return None,
                    }
                }
                let categories = categories.iter().map(|text| Some(text.as_str())).collect();
                DataType::Enum(Arc::new(Dictionary::new(categories)))
            }
        })
    }

    fn unit(&mut self) -> Option<TimeUnit> {
        let Token::Word(word) = self.next()? else { return None };
        match word.value.to_ascii_lowercase().as_str() {
            "ms" => Some(TimeUnit::Milliseconds),
            "us" => Some(TimeUnit::Microseconds),
            "ns" => Some(TimeUnit::Nanoseconds),
            _ => None,
        }
    }

    /// A zone in quotes, or its bare name up to the closing bracket, such as `America/Port-au-Prince`.
    fn zone(&mut self) -> Option<String> {
        let mut zone = String::new();
        loop {
            match self.next()? {
                Token::RParen => return (!zone.is_empty()).then_some(zone),
                Token::SingleQuotedString(text) => zone += &text,
                token @ (Token::Word(_) | Token::Div | Token::Minus | Token::Plus | Token::Number(..)) => {
                    zone += &token.to_string();
                }
                _ => return None,
            }
        }
    }

    /// A type of SQL: everything up to the comma or bracket that ends it.
    fn named(&mut self) -> Option<DataType> {
        self.skip_space();
        let mut open = 0;
        let mut length = 0;
        for TokenWithSpan { token, .. } in self.rest {
            match token {
                Token::LParen => open += 1,
                Token::RParen if open > 0 => open -= 1,
                Token::RParen | Token::Comma | Token::LBracket | Token::EOF if open == 0 => break,
                _ => {}
            }
            length += 1;
        }
        let (own, rest) = self.rest.split_at(length);
        self.rest = rest;
        (self.leaf)(own.to_vec())
    }
}
