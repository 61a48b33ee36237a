//! Sources: which columns are read, who filters.

use std::sync::Arc;

use lazuli_expr::evaluate::Predicates;
use lazuli_plan::{LogicalPlan, Scan};

use crate::operator::filter::Filter;
use crate::operator::project::Choose;
use crate::pipeline::{Lane, ScanLane, Source, push_operator};
use crate::source::{BatchesSource, FrameSource, ReaderSource};
use crate::{ExecError, Result};

/// One lane over a source. Predicates that the source does not apply itself are a filter behind it, over columns that
/// are read for the filter alone and then dropped.
pub(super) fn lanes(plan: &LogicalPlan, scan: &Scan) -> Result<Vec<Lane>> {
    let schema = plan.schema();
    let failed = |error| ExecError::Source { name: scan.source.name(), error };
    let source_schema = scan.source_schema();
    let position = |name: &lazuli_array::Name| {
        source_schema.require(name).map_err(|error| failed(error.to_string().into()))
    };
    let wanted = schema.names().map(position).collect::<Result<Vec<usize>>>()?;

    let frame = scan.source.as_any().downcast_ref::<FrameSource>();
    let source_filters = frame.is_none() && scan.source.applies_predicates();
    let filters_here = !source_filters && !scan.predicates.is_empty();
    let mut read = wanted.clone();
    if filters_here {
        for name in scan.predicates.iter().flat_map(|predicate| predicate.columns()) {
            let position = position(&name)?;
            if !read.contains(&position) {
                read.push(position);
            }
        }
    }
    let read_schema = Arc::new(source_schema.project(&read));
    let source: Arc<dyn Source> = match frame {
        Some(frame) => Arc::new(BatchesSource::new(scan.source.name(), frame.project(&read))),
        None => {
            let mut reader = ReaderSource::new(scan.source.clone(), read.clone(), read_schema.clone());
            if source_filters {
                reader.predicates = scan.predicates.clone();
            }
            // Before a filter nobody knows how many rows are enough.
            reader.limit = scan.limit.filter(|_| !filters_here);
            Arc::new(reader)
        }
    };
    let scanned =
        ScanLane { plan: plan.clone(), schema: read_schema.clone(), num_filters: usize::from(filters_here) };
    let mut lanes = vec![Lane { source, operators: Vec::new(), scan: Some(scanned) }];
    if filters_here {
        let predicates = Predicates::new(&scan.predicates, &read_schema);
        push_operator(&mut lanes, Arc::new(Filter { predicates }));
        if read.len() > wanted.len() {
            let choose = Choose::with_schema((0..wanted.len()).collect(), schema.clone());
            push_operator(&mut lanes, Arc::new(choose));
        }
    }
    Ok(lanes)
}
