//! The grammar of texts: DuckDB's, with `**` for powers, and `xor` where logic has it: between `or` and `and`.

use std::any::TypeId;

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::dialect::{Dialect, DuckDbDialect, Precedence};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// DuckDB's dialect and a few words more.
#[derive(Debug)]
pub(crate) struct LazuliDialect(pub(crate) DuckDbDialect);

/// How tightly `**` binds: more than `*` and a minus before it, less than `::`.
const POWER: u8 = 45;

/// Whether the next two tokens are stars without a space between them.
fn is_power(parser: &Parser<'_>) -> bool {
    let [first, second] = [parser.peek_nth_token_ref(0), parser.peek_nth_token_ref(1)];
    first.token == Token::Mul && second.token == Token::Mul && first.span.end == second.span.start
}

/// What DuckDB's dialect answers to these questions.
macro_rules! as_duck_db {
    ($($question:ident),* $(,)?) => {
        $(fn $question(&self) -> bool {
            self.0.$question()
        })*
    };
}

impl Dialect for LazuliDialect {
    // The parser asks in places whether it has DuckDB's dialect at hand.
    fn dialect(&self) -> TypeId {
        self.0.dialect()
    }

    fn is_identifier_start(&self, letter: char) -> bool {
        self.0.is_identifier_start(letter)
    }

    fn is_identifier_part(&self, letter: char) -> bool {
        self.0.is_identifier_part(letter)
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        match precedence {
            Precedence::Xor => (self.0.prec_value(Precedence::Or) + self.0.prec_value(Precedence::And)) / 2,
            other => self.0.prec_value(other),
        }
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        is_power(parser).then_some(Ok(POWER))
    }

    fn parse_infix(
        &self,
        parser: &mut Parser<'_>,
        left: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        if !is_power(parser) {
            return None;
        }
        parser.advance_token();
        parser.advance_token();
        let power = |right| Expr::BinaryOp {
            left: Box::new(left.clone()),
            op: BinaryOperator::PGExp,
            right: Box::new(right),
        };
        Some(parser.parse_subexpr(precedence).map(power))
    }

    as_duck_db!(
        allow_extract_single_quotes,
        supports_aggregate_order_by_with_empty_args,
        supports_array_typedef_with_brackets,
        supports_bitwise_shift_operators,
        supports_comma_separated_trim,
        supports_comparison_in_between_low_bound,
        supports_cte_materialization,
        supports_dictionary_syntax,
        supports_filter_during_aggregation,
        supports_from_first_select,
        supports_group_by_expr,
        supports_lambda_functions,
        supports_named_fn_args_with_assignment_operator,
        supports_named_fn_args_with_eq_operator,
        supports_nested_comments,
        supports_notnull_operator,
        supports_numeric_literal_underscores,
        supports_order_by_all,
        supports_select_wildcard_exclude,
        supports_select_wildcard_replace,
        supports_tilde_like_match_operator,
        supports_trailing_commas,
    );
}
