//! Steps to plan: one node a step, as the verbs of a lazy frame make them.

use std::sync::Arc;

use lazuli_array::{Name, Scalar, TimeUnit};
use lazuli_expr::{Expr, Selector};
use lazuli_plan::{
    Aggregate, AsofJoin, AsofStrategy, Caller, DataSink, DataSource, Distinct, Explode, Filter,
    HorizontalConcat, Join, JoinType, JoinWhere, Keep, LogicalPlan, Node, Pivot, Project, Scan, Slice, Sort,
    Union, UnionMode, Unpivot,
};

use super::duration::parse_duration;
use super::{
    CsvSinkSpec, CsvSourceSpec, IpcSinkSpec, IpcSourceSpec, NdjsonSinkSpec, NdjsonSourceSpec, OneOrMany,
    ParquetSinkSpec, ParquetSourceSpec, Pipeline, PipelineError, SinkSpec, SourceSpec, Step, Tolerance,
};
use crate::{parse_expr, parse_sort_key};

/// What a pipeline needs of the world: files.
pub trait PipelineFiles {
    /// The source of a CSV file.
    ///
    /// # Errors
    /// Options that have no meaning.
    fn csv_source(&self, spec: &CsvSourceSpec) -> Result<Arc<dyn DataSource>, String>;

    /// The sink of a CSV file.
    ///
    /// # Errors
    /// Options that have no meaning.
    fn csv_sink(&self, spec: &CsvSinkSpec) -> Result<Arc<dyn DataSink>, String>;

    /// The source of an Arrow IPC file.
    ///
    /// # Errors
    /// Options that have no meaning.
    fn ipc_source(&self, spec: &IpcSourceSpec) -> Result<Arc<dyn DataSource>, String>;

    /// The sink of an Arrow IPC file.
    ///
    /// # Errors
    /// Options that have no meaning.
    fn ipc_sink(&self, spec: &IpcSinkSpec) -> Result<Arc<dyn DataSink>, String>;

    /// The source of a Parquet file.
    ///
    /// # Errors
    /// Options that have no meaning.
    fn parquet_source(&self, spec: &ParquetSourceSpec) -> Result<Arc<dyn DataSource>, String>;

    /// The sink of a Parquet file.
    ///
    /// # Errors
    /// Options that have no meaning.
    fn parquet_sink(&self, spec: &ParquetSinkSpec) -> Result<Arc<dyn DataSink>, String>;

    /// The source of a JSON file.
    ///
    /// # Errors
    /// Options that have no meaning.
    fn ndjson_source(&self, spec: &NdjsonSourceSpec) -> Result<Arc<dyn DataSource>, String>;

    /// The sink of a JSON file.
    ///
    /// # Errors
    /// Options that have no meaning.
    fn ndjson_sink(&self, spec: &NdjsonSinkSpec) -> Result<Arc<dyn DataSink>, String>;
}

/// The plan of a pipeline, and where its rows go.
#[derive(Debug, Clone)]
pub struct PipelinePlan {
    /// The plan, without a sink.
    pub plan: LogicalPlan,
    /// The sink, if the pipeline names one.
    pub sink: Option<Arc<dyn DataSink>>,
}

impl Pipeline {
    /// The plan that this pipeline stands for; `file` is what errors call it.
    ///
    /// # Errors
    /// [`PipelineError::Step`] for the first step that holds a mistake of its own. Mistakes that need a schema, such as
    /// wrong column names, are found when the plan is resolved.
    pub fn to_plan(&self, file: &str, files: &dyn PipelineFiles) -> Result<PipelinePlan, PipelineError> {
        let builder = Builder { file, files };
        let plan = builder.pipeline(self, "")?;
        let sink = self.sink.as_ref().map(|spec| match spec {
            SinkSpec::Csv(spec) => files.csv_sink(spec),
            SinkSpec::Ipc(spec) => files.ipc_sink(spec),
            SinkSpec::Parquet(spec) => files.parquet_sink(spec),
            SinkSpec::Ndjson(spec) => files.ndjson_sink(spec),
        });
        let sink = sink.transpose().map_err(|reason| builder.at(reason, "sink", ""))?;
        Ok(PipelinePlan { plan, sink })
    }
}

struct Builder<'a> {
    file: &'a str,
    files: &'a dyn PipelineFiles,
}

impl Builder<'_> {
    /// `inside` says where a pipeline within a pipeline stands, such as ` of the join in step 2`.
    fn pipeline(&self, pipeline: &Pipeline, inside: &str) -> Result<LogicalPlan, PipelineError> {
        let mut plan = self.source(&pipeline.source, inside)?;
        for (index, step) in pipeline.steps.iter().enumerate() {
            let place = format!("step {} ({})", index + 1, step.verb());
            plan = self.step(plan, step, &place, inside)?;
        }
        Ok(plan)
    }

    fn source(&self, source: &SourceSpec, inside: &str) -> Result<LogicalPlan, PipelineError> {
        match source {
            SourceSpec::Pipeline(pipeline) if pipeline.sink.is_some() => {
                Err(self.at("a pipeline within a pipeline can't have a sink", "source", inside))
            }
            SourceSpec::Pipeline(pipeline) => self.pipeline(pipeline, inside),
            SourceSpec::Csv(spec) => self.scan(self.files.csv_source(spec), inside),
            SourceSpec::Ipc(spec) => self.scan(self.files.ipc_source(spec), inside),
            SourceSpec::Parquet(spec) => self.scan(self.files.parquet_source(spec), inside),
            SourceSpec::Ndjson(spec) => self.scan(self.files.ndjson_source(spec), inside),
        }
    }

    fn scan(
        &self,
        source: Result<Arc<dyn DataSource>, String>,
        inside: &str,
    ) -> Result<LogicalPlan, PipelineError> {
        let source = source.map_err(|reason| self.at(reason, "source", inside))?;
        let caller = Caller::Text(self.place("source", inside));
        Ok(LogicalPlan::new(Node::Scan(Scan::new(source)), caller))
    }

    fn place(&self, place: &str, inside: &str) -> String {
        format!("{place}{inside} of {}", self.file)
    }

    fn at(&self, reason: impl Into<String>, place: &str, inside: &str) -> PipelineError {
        PipelineError::Step { place: self.place(place, inside), reason: reason.into() }
    }

    fn step(
        &self,
        input: LogicalPlan,
        step: &Step,
        place: &str,
        inside: &str,
    ) -> Result<LogicalPlan, PipelineError> {
        let fail = |reason: String| self.at(reason, place, inside);
        let one = |text: &String| parse_expr(text).map_err(|error| fail(error.to_string()));
        let exprs = |texts: &OneOrMany| texts.texts().iter().map(one).collect::<Result<Vec<Expr>, _>>();
        let names = |texts: &OneOrMany| {
            texts.texts().iter().map(|text| Name::from(text.as_str())).collect::<Vec<_>>()
        };
        let some_names = |texts: &Option<OneOrMany>| texts.as_ref().map(names).unwrap_or_default();
        let nested = format!("{inside} of the {} in {place}", step.verb());
        let node = match step {
            Step::Select(texts) => Node::Project(Project { input, exprs: exprs(texts)?, keep_input: false }),
            Step::WithColumns(texts) => {
                Node::Project(Project { input, exprs: exprs(texts)?, keep_input: true })
            }
            Step::Filter(texts) => Node::Filter(Filter { input, predicates: exprs(texts)? }),
            Step::GroupBy { keys, agg } => {
                Node::Aggregate(Aggregate { input, keys: exprs(keys)?, aggregates: exprs(agg)? })
            }
            Step::Join { with, on, left_on, right_on, how, suffix, coalesce } => {
                let (left_keys, right_keys) = match (on, left_on, right_on) {
                    (Some(on), None, None) => (exprs(on)?, exprs(on)?),
                    (None, Some(left), Some(right)) => (exprs(left)?, exprs(right)?),
                    (None, None, None) => (Vec::new(), Vec::new()),
                    _ => return Err(fail("give either `on`, or both `left_on` and `right_on`".into())),
                };
                Node::Join(Join {
                    left: input,
                    right: self.source(with, &nested)?,
                    left_keys,
                    right_keys,
                    join_type: join_type(how.as_deref().unwrap_or("inner")).map_err(fail)?,
                    suffix: suffix.as_deref().unwrap_or("_right").into(),
                    coalesce: *coalesce,
                    nulls_equal: false,
                    output: Vec::new(),
                })
            }
            Step::JoinAsof {
                with,
                on,
                left_on,
                right_on,
                by,
                left_by,
                right_by,
                strategy,
                tolerance,
                exact,
                suffix,
            } => {
                let (left_on, right_on) = match (on, left_on, right_on) {
                    (Some(on), None, None) => (one(on)?, one(on)?),
                    (None, Some(left), Some(right)) => (one(left)?, one(right)?),
                    _ => return Err(fail("give either `on`, or both `left_on` and `right_on`".into())),
                };
                let (left_by, right_by) = match (by, left_by, right_by) {
                    (Some(by), None, None) => (exprs(by)?, exprs(by)?),
                    (None, Some(left), Some(right)) => (exprs(left)?, exprs(right)?),
                    (None, None, None) => (Vec::new(), Vec::new()),
                    _ => return Err(fail("give either `by`, or both `left_by` and `right_by`".into())),
                };
                Node::AsofJoin(AsofJoin {
                    left: input,
                    right: self.source(with, &nested)?,
                    left_on,
                    right_on,
                    left_by,
                    right_by,
                    strategy: asof_strategy(strategy.as_deref().unwrap_or("backward")).map_err(fail)?,
                    tolerance: tolerance.as_ref().map(scalar_of).transpose().map_err(fail)?,
                    allow_exact_matches: exact.unwrap_or(true),
                    coalesce: true,
                    suffix: suffix.as_deref().unwrap_or("_right").into(),
                    output: Vec::new(),
                })
            }
            Step::JoinWhere { with, predicates, suffix } => Node::JoinWhere(JoinWhere {
                left: input,
                right: self.source(with, &nested)?,
                predicates: exprs(predicates)?,
                suffix: suffix.as_deref().unwrap_or("_right").into(),
                output: Vec::new(),
            }),
            Step::Sort(texts) => {
                let key = |text: &String| parse_sort_key(text).map_err(|error| fail(error.to_string()));
                let keys = texts.texts().iter().map(key);
                Node::Sort(Sort { input, keys: keys.collect::<Result<_, _>>()?, limit: None })
            }
            Step::Limit(rows) => Node::Slice(Slice { input, offset: 0, length: Some(*rows) }),
            Step::Tail(rows) => {
                let offset = -i64::try_from(*rows).unwrap_or(i64::MAX);
                Node::Slice(Slice { input, offset, length: Some(*rows) })
            }
            Step::Slice { offset, length } => Node::Slice(Slice { input, offset: *offset, length: *length }),
            Step::Unique { by, keep } => Node::Distinct(Distinct {
                input,
                subset: by.as_ref().map(exprs).transpose()?,
                keep: self::keep(keep.as_deref().unwrap_or("first")).map_err(fail)?,
            }),
            Step::Rename(pairs) => {
                let pairs =
                    pairs.iter().map(|(old, new)| (old.as_str().into(), new.as_str().into())).collect();
                let exprs = vec![Expr::Selector(Selector::Renamed(pairs))];
                Node::Project(Project { input, exprs, keep_input: false })
            }
            Step::Drop(texts) => {
                let exprs = vec![Expr::Selector(Selector::Except(names(texts)))];
                Node::Project(Project { input, exprs, keep_input: false })
            }
            Step::Concat { with, how } => {
                let mut inputs = vec![input];
                for source in with {
                    inputs.push(self.source(source, &nested)?);
                }
                match union_mode(how.as_deref().unwrap_or("vertical")).map_err(fail)? {
                    Some(mode) => Node::Union(Union { inputs, mode }),
                    None => Node::HorizontalConcat(HorizontalConcat { inputs }),
                }
            }
            Step::Pivot { on, index, values, agg } => Node::Pivot(Pivot {
                input,
                on: names(on),
                index: some_names(index),
                values: some_names(values),
                aggregate: agg.as_ref().map(one).transpose()?,
                columns: None,
                fill: None,
            }),
            Step::Unpivot { on, index, variable, value } => Node::Unpivot(Unpivot {
                input,
                on: some_names(on),
                index: some_names(index),
                variable_name: variable.as_deref().unwrap_or("variable").into(),
                value_name: value.as_deref().unwrap_or("value").into(),
                value_type: None,
            }),
            Step::Explode(columns) => {
                Node::Explode(Explode { input, columns: names(columns), drop_empty: false })
            }
            Step::Unnest(columns) => {
                let exprs = vec![Expr::Selector(Selector::Unnested(names(columns)))];
                Node::Project(Project { input, exprs, keep_input: false })
            }
        };
        Ok(LogicalPlan::new(node, Caller::Text(self.place(place, inside))))
    }
}

fn join_type(word: &str) -> Result<JoinType, String> {
    Ok(match word {
        "inner" => JoinType::Inner,
        "left" => JoinType::Left,
        "right" => JoinType::Right,
        "full" | "outer" => JoinType::Full,
        "semi" => JoinType::Semi,
        "anti" => JoinType::Anti,
        "cross" => JoinType::Cross,
        other => {
            return Err(format!(
                "no join is called {other}; there are: inner, left, right, full, semi, anti, cross"
            ));
        }
    })
}

fn asof_strategy(word: &str) -> Result<AsofStrategy, String> {
    Ok(match word {
        "backward" => AsofStrategy::Backward,
        "forward" => AsofStrategy::Forward,
        "nearest" => AsofStrategy::Nearest,
        other => {
            return Err(format!("no strategy is called {other}; there are: backward, forward, nearest"));
        }
    })
}

fn scalar_of(tolerance: &Tolerance) -> Result<Scalar, String> {
    Ok(match tolerance {
        Tolerance::Integer(number) => Scalar::from(*number),
        Tolerance::Number(number) => Scalar::from(*number),
        Tolerance::Duration(text) => Scalar::Duration(parse_duration(text)?, TimeUnit::Nanoseconds),
    })
}

fn keep(word: &str) -> Result<Keep, String> {
    Ok(match word {
        "first" => Keep::First,
        "last" => Keep::Last,
        "any" => Keep::Any,
        "none" => Keep::None,
        other => return Err(format!("unique can't keep {other}; there are: first, last, any, none")),
    })
}

/// The mode of a union; `None` for columns side by side.
fn union_mode(word: &str) -> Result<Option<UnionMode>, String> {
    Ok(Some(match word {
        "vertical" => UnionMode::Vertical,
        "vertical_relaxed" => UnionMode::VerticalRelaxed,
        "diagonal" => UnionMode::Diagonal,
        "diagonal_relaxed" => UnionMode::DiagonalRelaxed,
        "horizontal" => return Ok(None),
        other => {
            return Err(format!(
                "no concat is called {other}; there are: vertical, vertical_relaxed, diagonal, diagonal_relaxed, \
                 horizontal"
            ));
        }
    }))
}
