//! The walk over the parsed text.

use std::sync::Arc;

use lazuli_array::{DataType, Scalar};
use lazuli_expr::function::structs;
use lazuli_expr::{
    BinaryOperator, CastMode, Expr, Literal, SortKey, UnaryOperator, Window, aggregate, as_list, col,
};
use sqlparser::ast::{
    self, CastKind, CeilFloorKind, DateTimeField, DuplicateTreatment, FunctionArg, FunctionArgExpr,
    FunctionArguments, InTarget,
};
use sqlparser::dialect::DuckDbDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use crate::dialect::LazuliDialect;
use crate::{TextError, call, own_type, selector, type_name};

/// `floor` and `ceil` of a number.
const WHOLE: CeilFloorKind = CeilFloorKind::DateTimeField(DateTimeField::NoDateTime);

/// How deep brackets may nest; deeper texts are an error, not a stack overflow.
const MAX_DEPTH: usize = 128;

/// The expression that a text stands for, with an alias if it says one.
///
/// ```
/// use lazuli_sql::parse_expr;
///
/// let expr = parse_expr("amount > 1000 and status == 'paid'")?;
/// assert_eq!(expr.to_string(), "amount > 1000 and status == 'paid'");
/// let expr = parse_expr("sum(price * quantity) as revenue")?;
/// assert_eq!(expr.output_name(), "revenue");
/// # Ok::<(), lazuli_sql::TextError>(())
/// ```
///
/// # Errors
/// [`TextError`] with the text and the reason.
pub fn parse_expr(text: &str) -> Result<Expr, TextError> {
    let mut reader = Reader::new(text);
    let parsed = reader.parse(false, |parser| parser.parse_expr_with_alias())?;
    let expr = reader.expr(&parsed.expr)?;
    Ok(match parsed.alias {
        Some(alias) => expr.alias(alias.value),
        None => expr,
    })
}

/// The sort key that a text stands for: an expression, `asc` or `desc`, `nulls first` or `nulls last`.
///
/// ```
/// use lazuli_sql::parse_sort_key;
///
/// let key = parse_sort_key("total desc nulls first")?;
/// assert!(key.descending && key.nulls_first);
/// # Ok::<(), lazuli_sql::TextError>(())
/// ```
///
/// # Errors
/// [`TextError`] with the text and the reason.
pub fn parse_sort_key(text: &str) -> Result<SortKey, TextError> {
    let mut reader = Reader::new(text);
    let parsed = reader.parse(false, |parser| parser.parse_order_by_expr())?;
    reader.sort_key(&parsed)
}

/// The type that a name stands for: Lazuli's own names first, then SQL's.
///
/// ```
/// use lazuli_array::DataType;
/// use lazuli_sql::parse_data_type;
///
/// assert_eq!(parse_data_type("Int8")?, DataType::Int8);
/// assert_eq!(parse_data_type("decimal(10, 2)")?, DataType::Decimal { precision: 10, scale: 2 });
/// assert_eq!(parse_data_type("List(Datetime(us, Europe/Paris))")?.to_string(), "List(Datetime(us, Europe/Paris))");
/// # Ok::<(), lazuli_sql::TextError>(())
/// ```
///
/// # Errors
/// [`TextError`] with the text and the reason.
pub fn parse_data_type(text: &str) -> Result<DataType, TextError> {
    let mut reader = Reader::new(text);
    let parsed = reader.parse(true, |parser| parser.parse_data_type())?;
    reader.data_type(&parsed)
}

struct Reader<'a> {
    text: &'a str,
    /// The types that stand-in names stand for.
    types: Vec<DataType>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, types: Vec::new() }
    }

    /// Reads the whole text by one rule of the grammar, `of_type` if the rule is that of types.
    fn parse<T>(
        &mut self,
        of_type: bool,
        rule: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>,
    ) -> Result<T, TextError> {
        let syntax = |error: ParserError| TextError::Syntax {
            text: self.text.into(),
            reason: error.to_string().trim_start_matches("sql parser error: ").into(),
        };
        let dialect = LazuliDialect(DuckDbDialect {});
        let parser = |tokens: Vec<TokenWithSpan>| {
            Parser::new(&dialect).with_recursion_limit(MAX_DEPTH).with_tokens_with_locations(tokens)
        };
        let tokens = Tokenizer::new(&dialect, self.text)
            .tokenize_with_location()
            .map_err(|error| syntax(error.into()))?;
        let named_type = |tokens: Vec<TokenWithSpan>| {
            let mut parser = parser(tokens);
            let data_type = type_name::data_type(&parser.parse_data_type().ok()?)?;
            (parser.peek_token().token == Token::EOF).then_some(data_type)
        };
        let (tokens, types) = own_type::replace_types(tokens, of_type, &named_type);
        let mut parser = parser(tokens);
        let parsed = rule(&mut parser).map_err(syntax)?;
        let rest = parser.peek_token();
        self.types = types;
        if rest.token == Token::EOF {
            Ok(parsed)
        } else {
            let reason = format!("expected the end, found {}{}", rest.token, rest.span.start);
            Err(TextError::Syntax { text: self.text.into(), reason })
        }
    }

    fn unsupported(&self, construct: impl Into<String>) -> TextError {
        TextError::Unsupported { text: self.text.into(), construct: construct.into() }
    }

    fn exprs<'e>(&self, exprs: impl IntoIterator<Item = &'e ast::Expr>) -> Result<Vec<Expr>, TextError> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    fn expr(&self, expr: &ast::Expr) -> Result<Expr, TextError> {
        let not = |expr: Expr, negated: bool| if negated { !expr } else { expr };
        Ok(match expr {
            ast::Expr::Identifier(name) => col(name.value.as_str()),
            ast::Expr::Nested(inner) => self.expr(inner)?,
            ast::Expr::Value(value) => self.literal(&value.value)?,
            ast::Expr::BinaryOp { left, op, right } => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                if let Some(choice) = selector::combined(op, &left, &right) {
                    return Ok(choice);
                }
                let operator = self.operator(op)?;
                Expr::Binary { left: Arc::new(left), operator, right: Arc::new(right) }
            }
            ast::Expr::UnaryOp { op, expr } => match op {
                ast::UnaryOperator::Not => !self.expr(expr)?,
                ast::UnaryOperator::Plus => self.expr(expr)?,
                ast::UnaryOperator::Minus => negative(self.expr(expr)?),
                ast::UnaryOperator::BitwiseNot => match self.expr(expr)? {
                    Expr::Selector(choice) => Expr::Selector(!choice),
                    _ => return Err(self.unsupported("the operator ~")),
                },
                other => return Err(self.unsupported(format!("the operator {other}"))),
            },
            ast::Expr::IsNull(inner) => self.expr(inner)?.is_null(),
            ast::Expr::IsNotNull(inner) => self.expr(inner)?.is_not_null(),
            ast::Expr::IsTrue(inner) => self.expr(inner)?.eq_missing(true),
            ast::Expr::IsNotTrue(inner) => self.expr(inner)?.neq_missing(true),
            ast::Expr::IsFalse(inner) => self.expr(inner)?.eq_missing(false),
            ast::Expr::IsNotFalse(inner) => self.expr(inner)?.neq_missing(false),
            ast::Expr::IsUnknown(inner) => self.expr(inner)?.is_null(),
            ast::Expr::IsNotUnknown(inner) => self.expr(inner)?.is_not_null(),
            ast::Expr::IsDistinctFrom(left, right) => self.expr(left)?.neq_missing(self.expr(right)?),
            ast::Expr::IsNotDistinctFrom(left, right) => self.expr(left)?.eq_missing(self.expr(right)?),
            ast::Expr::In { expr, target: InTarget::List(list), negated, .. } => {
                not(self.expr(expr)?.is_in(self.exprs(list)?), *negated)
            }
            ast::Expr::Between { expr, negated, low, high } => {
                not(self.expr(expr)?.is_between(self.expr(low)?, self.expr(high)?), *negated)
            }
            ast::Expr::Cast { kind, expr, data_type, format: None } => {
                let mode = match kind {
                    CastKind::Cast | CastKind::DoubleColon => CastMode::Strict,
                    CastKind::TryCast | CastKind::SafeCast => CastMode::Lenient,
                };
                Expr::Cast { input: Arc::new(self.expr(expr)?), to: self.data_type(data_type)?, mode }
            }
            ast::Expr::TypedString(typed) => {
                let value = self.literal(&typed.value.value)?;
                // A typed text is a constant of that type, checked when the query is.
                Expr::Cast {
                    input: Arc::new(value),
                    to: self.data_type(&typed.data_type)?,
                    mode: CastMode::Strict,
                }
            }
            ast::Expr::Case { operand, conditions, else_result, .. } => {
                let operand = operand.as_deref().map(|operand| self.expr(operand)).transpose()?;
                let mut branches = Vec::with_capacity(conditions.len());
                for branch in conditions {
                    let condition = self.expr(&branch.condition)?;
                    let condition = match &operand {
                        Some(operand) => operand.clone().eq(condition),
                        None => condition,
                    };
                    branches.push((condition, self.expr(&branch.result)?));
                }
                let otherwise =
                    else_result.as_deref().map(|value| self.expr(value)).transpose()?.map(Arc::new);
                Expr::Conditional { branches, otherwise }
            }
            ast::Expr::Trim { trim_where, trim_what, expr, trim_characters } => {
                let name = match trim_where {
                    None | Some(ast::TrimWhereField::Both) => "str.strip_chars",
                    Some(ast::TrimWhereField::Leading) => "str.strip_chars_start",
                    Some(ast::TrimWhereField::Trailing) => "str.strip_chars_end",
                };
                let mut inputs = vec![self.expr(expr)?];
                if let Some(characters) = trim_what {
                    inputs.push(self.expr(characters)?);
                }
                inputs.extend(self.exprs(trim_characters.as_deref().unwrap_or_default())?);
                call::call(self.text, name, inputs)?
            }
            ast::Expr::Substring { expr, substring_from, substring_for, .. } => {
                let mut inputs = vec![self.expr(expr)?, self.substring_offset(substring_from.as_deref())?];
                if let Some(length) = substring_for {
                    inputs.push(self.expr(length)?);
                }
                call::call(self.text, "str.slice", inputs)?
            }
            ast::Expr::Function(function) => self.function(function)?,
            ast::Expr::Array(list) => {
                let items = self.exprs(&list.elem)?;
                constant_list(&items).map_or_else(|| as_list(items), Expr::Literal)
            }
            ast::Expr::Dictionary(fields) => {
                let mut inputs = Vec::with_capacity(fields.len() * 2);
                for field in fields {
                    inputs.extend([Expr::from(field.key.value.as_str()), self.expr(&field.value)?]);
                }
                Expr::Function { function: structs::NAMED_STRUCT, inputs }
            }
            // The grammar of SQL has these two by name, for they may say a unit of time there.
            ast::Expr::Floor { expr, field: WHOLE } => self.expr(expr)?.floor(),
            ast::Expr::Ceil { expr, field: WHOLE } => self.expr(expr)?.ceil(),
            ast::Expr::CompoundIdentifier(parts) => {
                let name: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
                let quoted = format!("a qualified name (write \"{}\" for a name with a dot)", name.join("."));
                return Err(self.unsupported(quoted));
            }
            other => return Err(self.unsupported(format!("`{other}`"))),
        })
    }

    /// SQL counts characters from 1, and from the end with negative numbers.
    fn substring_offset(&self, from: Option<&ast::Expr>) -> Result<Expr, TextError> {
        let Some(from) = from else { return Ok(Expr::from(0)) };
        match self.expr(from)? {
            Expr::Literal(Literal { value: Scalar::Int32(place), .. }) if place != 0 => {
                Ok(Expr::from(if place > 0 { place - 1 } else { place }))
            }
            _ => {
                Err(self
                    .unsupported("a substring from a place that is no constant, or from 0 (use str.slice)"))
            }
        }
    }

    fn sort_key(&self, parsed: &ast::OrderByExpr) -> Result<SortKey, TextError> {
        let (descending, nulls_first) = match parsed.options.to_string().to_ascii_lowercase().trim() {
            "" | "asc" => (false, false),
            "desc" => (true, false),
            "asc nulls first" | "nulls first" => (false, true),
            "desc nulls first" => (true, true),
            "asc nulls last" | "nulls last" => (false, false),
            "desc nulls last" => (true, false),
            other => return Err(self.unsupported(format!("`{other}`"))),
        };
        Ok(SortKey { expr: self.expr(&parsed.expr)?, descending, nulls_first })
    }

    fn operator(&self, operator: &ast::BinaryOperator) -> Result<BinaryOperator, TextError> {
        use ast::BinaryOperator as Sql;
        Ok(match operator {
            Sql::Plus => BinaryOperator::Add,
            Sql::Minus => BinaryOperator::Subtract,
            Sql::Multiply => BinaryOperator::Multiply,
            Sql::Divide => BinaryOperator::Divide,
            Sql::DuckIntegerDivide | Sql::MyIntegerDivide => BinaryOperator::FloorDivide,
            Sql::Modulo => BinaryOperator::Modulo,
            Sql::PGExp => BinaryOperator::Power,
            Sql::Eq => BinaryOperator::Equal,
            Sql::NotEq => BinaryOperator::NotEqual,
            Sql::Lt => BinaryOperator::Less,
            Sql::LtEq => BinaryOperator::LessEqual,
            Sql::Gt => BinaryOperator::Greater,
            Sql::GtEq => BinaryOperator::GreaterEqual,
            Sql::Spaceship => BinaryOperator::EqualMissing,
            Sql::And => BinaryOperator::And,
            Sql::Or => BinaryOperator::Or,
            Sql::Xor => BinaryOperator::Xor,
            // Of integers, their bits.
            Sql::BitwiseAnd => BinaryOperator::And,
            Sql::BitwiseOr => BinaryOperator::Or,
            other => return Err(self.unsupported(format!("the operator {other}"))),
        })
    }

    fn literal(&self, value: &ast::Value) -> Result<Expr, TextError> {
        Ok(match value {
            ast::Value::Number(digits, _) => Expr::Literal(self.number(digits)?),
            ast::Value::SingleQuotedString(text) => Expr::from(text.as_str()),
            ast::Value::Boolean(value) => Expr::from(*value),
            ast::Value::Null => Expr::Literal(Literal::flexible(Scalar::Null)),
            other => return Err(self.unsupported(format!("the constant {other}"))),
        })
    }

    /// A number as it is written: whole numbers stay whole, whatever their size; others are the nearest float.
    fn number(&self, digits: &str) -> Result<Literal, TextError> {
        let syntax =
            || TextError::Syntax { text: self.text.into(), reason: format!("{digits} is not a number") };
        if digits.contains(['.', 'e', 'E']) {
            return digits
                .parse()
                .map(|value| Literal::flexible(Scalar::Float64(value)))
                .map_err(|_| syntax());
        }
        if let Ok(value) = digits.parse::<i32>() {
            return Ok(Literal::flexible(Scalar::Int32(value)));
        }
        if let Ok(value) = digits.parse::<i64>() {
            return Ok(Literal::flexible(Scalar::Int64(value)));
        }
        if let Ok(value) = digits.parse::<u64>() {
            return Ok(Literal::typed(Scalar::UInt64(value)));
        }
        let value = digits.parse::<i128>().map_err(|_| syntax())?;
        if digits.trim_start_matches('0').len() > 38 {
            return Err(syntax());
        }
        Ok(Literal::typed(Scalar::Decimal { value, precision: 38, scale: 0 }))
    }

    fn data_type(&self, parsed: &ast::DataType) -> Result<DataType, TextError> {
        if let ast::DataType::Custom(name, _) = parsed
            && let [ast::ObjectNamePart::Identifier(name)] = name.0.as_slice()
            && let Some(data_type) = own_type::of_stand_in(&name.value, &self.types)
        {
            return Ok(data_type);
        }
        type_name::data_type(parsed)
            .ok_or_else(|| TextError::UnknownType { text: self.text.into(), name: parsed.to_string() })
    }

    fn function(&self, function: &ast::Function) -> Result<Expr, TextError> {
        let name = function.name.to_string();
        if function.filter.is_some() || !function.within_group.is_empty() {
            return Err(self.unsupported(format!("filter or within group behind {name}")));
        }
        let call = self.call(function, &name)?;
        let window = match &function.over {
            None => return Ok(call),
            Some(ast::WindowType::NamedWindow(window)) => {
                return Err(self.unsupported(format!("the named window {window}")));
            }
            Some(ast::WindowType::WindowSpec(window)) => window,
        };
        if window.window_name.is_some() || window.window_frame.is_some() {
            return Err(self.unsupported(format!("the frame of a window behind {name}")));
        }
        let partition_by = window.partition_by.iter().map(|key| self.expr(key)).collect::<Result<_, _>>()?;
        let order_by = window.order_by.iter().map(|key| self.sort_key(key)).collect::<Result<_, _>>()?;
        let window = Window { partition_by, order_by, ..Window::default() };
        Ok(Expr::Over { input: Arc::new(call), window: Arc::new(window) })
    }

    fn call(&self, function: &ast::Function, name: &str) -> Result<Expr, TextError> {
        let arguments = match &function.args {
            FunctionArguments::None => return call::call(self.text, name, Vec::new()),
            FunctionArguments::Subquery(_) => return Err(self.unsupported("a query inside")),
            FunctionArguments::List(list) => list,
        };
        let mut inputs = Vec::with_capacity(arguments.args.len());
        for argument in &arguments.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => inputs.push(self.expr(expr)?),
                // count(*)
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if arguments.args.len() == 1 => {}
                other => return Err(self.unsupported(format!("the argument {other}"))),
            }
        }
        match arguments.duplicate_treatment {
            Some(DuplicateTreatment::Distinct) if name.eq_ignore_ascii_case("count") && inputs.len() == 1 => {
                // SQL leaves null out; n_unique counts it as a value.
                let nulls = inputs[0].clone().null_count().gt(0).cast(DataType::Int64);
                Ok(Expr::Aggregate { aggregate: aggregate::N_UNIQUE, inputs } - nulls)
            }
            Some(DuplicateTreatment::Distinct) => Err(self.unsupported(format!("distinct inside {name}"))),
            Some(DuplicateTreatment::All) | None => call::call(self.text, name, inputs),
        }
    }
}

/// A list of constants of one type is a constant.
fn constant_list(items: &[Expr]) -> Option<Literal> {
    let values = items.iter().map(|item| match item {
        Expr::Literal(literal) => Some(literal.value.clone()),
        _ => None,
    });
    Literal::list(values.collect::<Option<Vec<_>>>()?)
}

/// Minus a constant is a constant; minus anything else is an operator.
fn negative(expr: Expr) -> Expr {
    if let Expr::Literal(Literal { value, flexible, .. }) = &expr {
        let negated = match value {
            Scalar::Int32(value) => value.checked_neg().map(Scalar::Int32),
            Scalar::Int64(value) => value.checked_neg().map(Scalar::Int64),
            Scalar::Float64(value) => Some(Scalar::Float64(-value)),
            // -9223372036854775808: the digits alone do not fit.
            Scalar::UInt64(9_223_372_036_854_775_808) => Some(Scalar::Int64(i64::MIN)),
            _ => None,
        };
        if let Some(value) = negated {
            let flexible = *flexible || matches!(value, Scalar::Int64(i64::MIN));
            return Expr::Literal(Literal { data_type: value.data_type(), value, flexible });
        }
    }
    Expr::Unary { operator: UnaryOperator::Negate, input: Arc::new(expr) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match parse_expr(text) {
            Ok(expr) => expr.to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn texts_become_expressions() {
        let cases = [
            ("amount > 1000 and status == 'paid'", "amount > 1000 and status == 'paid'"),
            ("a = 1 OR NOT b <> 2", "a == 1 or not b != 2"),
            ("(a + b) * 2 - -3", "(a + b) * 2 - -3"),
            ("a // 2 % 3", "a // 2 % 3"),
            ("a in (1, 2, null)", "is_in(a, 1, 2, null)"),
            ("a not in ('x')", "not is_in(a, 'x')"),
            ("a between 1 and 2", "a >= 1 and a <= 2"),
            ("a is not null", "is_not_null(a)"),
            ("a is distinct from b", "a <!=> b"),
            ("cast(a as Int64)", "cast(a as Int64)"),
            ("try_cast(a as date)", "try_cast(a as Date)"),
            ("a::float64", "cast(a as Float64)"),
            ("a::int64[] is null", "is_null(cast(a as List(Int64)))"),
            ("cast(a as List(List(Decimal(10, 2)))) as b", "cast(a as List(List(Decimal(10, 2)))) as b"),
            ("a::Datetime(ms) + 1", "cast(a as Datetime(ms)) + 1"),
            ("try_cast(a as datetime(ns, 'Europe/Paris'))", "try_cast(a as Datetime(ns, Europe/Paris))"),
            ("a as list", "a as list"),
            ("case when a > 1 then 'x' else 'y' end", "when(a > 1).then('x').otherwise('y')"),
            ("case a when 1 then 2 end", "when(a == 1).then(2)"),
            ("sum(a * b) / count(*) as x", "sum(a * b) / len() as x"),
            ("avg(a)", "mean(a)"),
            ("quantile(a, 0.9)", "quantile(a, 0.9)"),
            ("top_k(a, 2)", "top_k(a, 2)"),
            ("power(corr(a, b), 2)", "corr(a, b) ** 2"),
            ("cov(a, b, 0)", "cov(a, b, 0)"),
            ("\"odd name\" + 1", "\"odd name\" + 1"),
            ("'it''s'", "'it''s'"),
            ("coalesce(a, b, 0)", "coalesce(a, b, 0)"),
            ("power(a, 2)", "a ** 2"),
            ("a ** 2 * b", "a ** 2 * b"),
            ("2 * a**b**c", "2 * a ** b ** c"),
            ("-a ** 2", "-(a ** 2)"),
            ("(-a) ** -b", "(-a) ** -b"),
            ("(-3) ** 2", "(-3) ** 2"),
            ("a xor b = 1 or c and d", "a xor b == 1 or c and d"),
            ("9223372036854775807", "9223372036854775807"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("1.5e3", "1500.0"),
            (
                "sum(a) over (partition by k, b % 2 order by t desc, u)",
                "sum(a) over (partition by k, b % 2 order by t desc, u)",
            ),
            ("[a, 2, [3]]", "as_list(a, 2, [3])"),
            ("array[1, null]", "[1, null]"),
            ("{'x': a, y: b + 1}", "named_struct('x', a, 'y', b + 1)"),
            ("count(*) over ()", "len() over ()"),
            ("a / sum(a) over (partition by k)", "a / sum(a) over (partition by k)"),
            ("rank(a)", "rank(a)"),
            ("rolling_mean(a, 3)", "rolling_mean(a, 3)"),
            ("limit(a, 3)", "head(a, 3)"),
            ("rank(a, 'min', true) over (partition by k)", "rank(a, 'min', true) over (partition by k)"),
            ("shift(a, -1, 0) over (order by t)", "shift(a, -1, 0) over (order by t)"),
            ("row_number() over (order by t)", "row_number() over (order by t)"),
            ("str.contains(a, 'x.*')", "str.contains(a, 'x.*')"),
            ("upper(a)", "str.to_uppercase(a)"),
            ("length(a)", "str.len_chars(a)"),
            ("trim(a)", "str.strip_chars(a)"),
            ("trim(leading 'x' from a)", "str.strip_chars_start(a, 'x')"),
            ("rtrim(a, 'x')", "str.strip_chars_end(a, 'x')"),
            ("substr(a, 2, 3)", "str.slice(a, 1, 3)"),
            ("substring(a from -2)", "str.slice(a, -2)"),
            ("string_agg(a, ',')", "str.join(a, ',')"),
            ("str.slice(a, -1)", "str.slice(a, -1)"),
            ("a & 3 | b", "a and 3 or b"),
            ("floor(a) + ceil(b)", "floor(a) + ceil(b)"),
            ("not_(a)", "not a"),
            ("negate(a)", "-a"),
            ("is_between(a, 1, 2, 'left')", "a >= 1 and a < 2"),
            ("nan_to_null(a)", "fill_nan(a, null)"),
            ("fill_null(a, 0)", "coalesce(a, 0)"),
            ("fill_null_with_strategy(a, 'mean')", "coalesce(a, mean(a))"),
            ("greatest(a, b)", "max_horizontal(a, b)"),
            ("bitwise_and(a, b)", "bitwise_and(a, b)"),
            ("atan2(y, x)", "arctan2(y, x)"),
            ("log(a, 2)", "log(a, 2)"),
            ("str.contains(a, 'x.*')", "str.contains(a, 'x.*')"),
            ("upper(a)", "str.to_uppercase(a)"),
            ("length(a)", "str.len_chars(a)"),
            ("trim(a)", "str.strip_chars(a)"),
            ("trim(leading 'x' from a)", "str.strip_chars_start(a, 'x')"),
            ("rtrim(a, 'x')", "str.strip_chars_end(a, 'x')"),
            ("substr(a, 2, 3)", "str.slice(a, 1, 3)"),
            ("substring(a from -2)", "str.slice(a, -2)"),
            ("string_agg(a, ',')", "str.join(a, ',')"),
            ("str.slice(a, -1)", "str.slice(a, -1)"),
            ("replace(a, [1, -2], ['x', null])", "replace(a, [1, -2], ['x', null])"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_say_where() {
        for (text, part) in [
            ("a >", "expected: an expression"),
            ("a * * b", "expected: an expression"),
            ("a ** ", "expected: an expression"),
            ("a b c", "expected the end, found b at Line: 1, Column: 3"),
            ("summ(a)", "did you mean sum?"),
            ("pow(a)", "pow takes two arguments, found 1"),
            ("cast(a as blurb)", "no type is called blurb"),
            ("is_between(a, 1, 2, 'up')", "is_between takes"),
            ("t.a", "qualified name"),
            ("sum(a) over (order by t rows 2 preceding)", "the frame of a window"),
            ("sum(a) over w", "the named window w"),
            ("a like 'x%'", "expressions can't hold"),
            ("exists (select 1)", "expressions can't hold"),
            ("", "expected: an expression"),
        ] {
            let error = read(text);
            assert!(error.to_lowercase().contains(&part.to_lowercase()), "{text}: {error}");
        }
        let deep = format!("{}a{}", "(".repeat(5_000), ")".repeat(5_000));
        assert!(read(&deep).starts_with("error: can't read expression"));
    }

    #[test]
    fn types_are_read_as_they_are_written() {
        for text in [
            "Null",
            "Int8",
            "Float32",
            "String",
            "Decimal(10, 2)",
            "Datetime(us)",
            "Datetime(ns, America/Port-au-Prince)",
            "Datetime(ms, Etc/GMT+5)",
            "Duration(ms)",
            "Time",
            "Categorical",
            "List(List(Datetime(ms, UTC)))",
            "Struct(a: Int64, b: List(String), c: Struct(d: Decimal(5, 1)))",
        ] {
            assert_eq!(parse_data_type(text).expect(text).to_string(), text);
        }
        for (text, expected) in [
            ("int64[][]", "List(List(Int64))"),
            ("struct(a int64, b text[])", "Struct(a: Int64, b: List(String))"),
            ("List(Int8)[]", "List(List(Int8))"),
            ("Datetime", "Datetime(us)"),
            ("Enum('low', 'high')", "Enum(2 categories)"),
        ] {
            assert_eq!(parse_data_type(text).expect(text).to_string(), expected, "{text}");
        }
        let deep = format!("{}Int8{}", "List(".repeat(5_000), ")".repeat(5_000));
        for text in
            ["List(blurb)", "List()", "Datetime(min)", "Enum('a', 'a')", "Struct(a)", "List(Int8", &deep]
        {
            assert!(parse_data_type(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sort_keys_have_directions() {
        for (text, descending, nulls_first) in [
            ("a", false, false),
            ("a asc", false, false),
            ("a desc", true, false),
            ("a + 1 desc nulls first", true, true),
            ("a nulls first", false, true),
            ("a desc nulls last", true, false),
        ] {
            let key = parse_sort_key(text).expect(text);
            assert_eq!((key.descending, key.nulls_first), (descending, nulls_first), "{text}");
        }
    }
}
