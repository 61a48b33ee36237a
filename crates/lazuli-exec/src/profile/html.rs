//! Profiles for a browser: a picture of the plan and a table, in one page that needs nothing else.
//!
//! The picture has the answer on top and the sources at the bottom. An operator stands as deep as the longest way to the
//! answer; sources stand side by side, and what is above them over their middle, so boxes never lie on each other.

use std::fmt::Write;

use lazuli_array::grouped;

use super::table::{TITLES, cells, shortened, time};
use super::{OperatorProfile, Profile};

/// Measures of the picture, in pixels.
const BOX_WIDTH: usize = 230;
const BOX_HEIGHT: usize = 76;
const COLUMN_WIDTH: usize = BOX_WIDTH + 30;
const ROW_HEIGHT: usize = BOX_HEIGHT + 44;
const MARGIN: usize = 10;

/// As many characters as a box is wide.
const BOX_CHARS: usize = 30;

const STYLE: &str = "body{font:14px system-ui,sans-serif;margin:24px;color:#1c2330;background:#fff}\
h1{font-size:18px}table{border-collapse:collapse;margin-top:24px}\
th,td{padding:4px 10px;border-bottom:1px solid #d8dee8;text-align:right;white-space:nowrap}\
th{border-bottom:2px solid #8a96a8}td.text,th.text{text-align:left}td.detail{white-space:normal;min-width:240px}\
.plan{overflow-x:auto}svg text{font:12px system-ui,sans-serif;fill:#1c2330}svg .name{font-weight:600;font-size:13px}\
svg .small{fill:#5b6678}";

impl Profile {
    /// A page with a picture of the plan and a table. It needs no other file, and no script.
    pub fn to_html(&self) -> String {
        let mut out = String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        push(
            &mut out,
            format_args!("<title>Query profile</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"),
        );
        let summary = escaped(&self.summary());
        push(&mut out, format_args!("<h1>Query profile</h1>\n<p>{summary}</p>\n<div class=\"plan\">\n"));
        out.push_str(&self.to_svg());
        out.push_str("</div>\n<table>\n<tr>");
        for (position, title) in TITLES.iter().enumerate() {
            let class = if position == 1 { " class=\"text\"" } else { "" };
            push(&mut out, format_args!("<th{class}>{title}</th>"));
        }
        out.push_str("<th class=\"text\">detail</th></tr>\n");
        for row in &self.operators {
            out.push_str("<tr>");
            for (position, cell) in cells(row).iter().enumerate() {
                let class = if position == 1 { " class=\"text\"" } else { "" };
                push(&mut out, format_args!("<td{class}>{}</td>", escaped(cell)));
            }
            push(&mut out, format_args!("<td class=\"text detail\">{}</td></tr>\n", escaped(&row.detail)));
        }
        out.push_str("</table>\n</body>\n</html>\n");
        out
    }

    /// The picture of [`Profile::to_html`] alone.
    pub fn to_svg(&self) -> String {
        let places = places(&self.operators);
        let columns = places.iter().map(|place| place.column).fold(0.0, f64::max);
        let depth = places.iter().map(|place| place.depth).max().unwrap_or(0);
        let width = (columns * COLUMN_WIDTH as f64) as usize + BOX_WIDTH + 2 * MARGIN;
        let height = depth * ROW_HEIGHT + BOX_HEIGHT + 2 * MARGIN;
        let mut out = String::new();
        push(
            &mut out,
            format_args!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
                 viewBox=\"0 0 {width} {height}\">\n"
            ),
        );
        for (row, place) in self.operators.iter().zip(&places) {
            for &input in &row.inputs {
                if let (Some(from), Some(below)) = (self.operators.get(input), places.get(input)) {
                    push_edge(&mut out, (from, below), (row, place));
                }
            }
        }
        let most = self.operators.iter().map(|row| row.time.as_secs_f64()).fold(0.0, f64::max);
        let all: f64 = self.operators.iter().map(|row| row.time.as_secs_f64()).sum();
        for (row, place) in self.operators.iter().zip(&places) {
            push_box(&mut out, row, place, (most, all));
        }
        out.push_str("</svg>\n");
        out
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes anything");
}

/// Where a box stands.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Place {
    column: f64,
    depth: usize,
}

impl Place {
    fn left(&self) -> f64 {
        MARGIN as f64 + self.column * COLUMN_WIDTH as f64
    }

    fn middle(&self) -> f64 {
        self.left() + BOX_WIDTH as f64 / 2.0
    }

    fn top(&self) -> usize {
        MARGIN + self.depth * ROW_HEIGHT
    }
}

/// A place for each operator. Does not recurse, since plans can be deep.
fn places(rows: &[OperatorProfile]) -> Vec<Place> {
    let mut places = vec![Place::default(); rows.len()];
    let inputs = |row: usize| rows[row].inputs.iter().copied().filter(|&input| input < rows.len());
    // The longest way: each round is right one step further. What reads itself, which there is not, ends with the rounds.
    for _ in 0..rows.len() {
        let mut is_done = true;
        for row in (0..rows.len()).rev() {
            for input in inputs(row) {
                if places[input].depth <= places[row].depth {
                    places[input].depth = places[row].depth + 1;
                    is_done = false;
                }
            }
        }
        if is_done {
            break;
        }
    }
    let mut is_read = vec![false; rows.len()];
    (0..rows.len()).flat_map(inputs).for_each(|input| is_read[input] = true);
    // Inputs first. An operator that several read stands below the first of them.
    let mut is_met = vec![false; rows.len()];
    let mut next_column = 0.0;
    let mut open: Vec<(usize, bool)> =
        (0..rows.len()).filter(|&row| !is_read[row]).map(|row| (row, false)).collect();
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
    open.reverse();
    while let Some((row, inputs_done)) = open.pop() {
        if inputs_done {
            let columns: Vec<f64> = own[row].iter().map(|&input| places[input].column).collect();
            places[row].column = match columns.is_empty() {
                true => {
                    next_column += 1.0;
                    next_column - 1.0
                }
                false => columns.iter().sum::<f64>() / columns.len() as f64,
            };
            continue;
        }
        if std::mem::replace(&mut is_met[row], true) {
            continue;
        }
        open.push((row, true));
        let new: Vec<usize> = inputs(row).filter(|&input| !is_met[input]).collect();
        open.extend(new.iter().rev().map(|&input| (input, false)));
        own[row] = new;
    }
    places
}

/// From an operator to the one above that reads it, with the number of rows; dashed between pipelines.
fn push_edge(out: &mut String, from: (&OperatorProfile, &Place), to: (&OperatorProfile, &Place)) {
    let ((from, below), (to, above)) = (from, to);
    let (x1, y1) = (below.middle(), below.top());
    let (x2, y2) = (above.middle(), above.top() + BOX_HEIGHT);
    let dashes = if from.pipeline == to.pipeline { "" } else { " stroke-dasharray=\"5 4\"" };
    let half = (y1 + y2) / 2;
    push(
        out,
        format_args!(
            "<path d=\"M{x1} {y1}C{x1} {half} {x2} {half} {x2} {y2}\" fill=\"none\" stroke=\"#8a96a8\"{dashes}/>\n\
             <text class=\"small\" x=\"{}\" y=\"{}\">{}</text>\n",
            x1 + 6.0,
            y1 - 8,
            grouped(from.rows_out),
        ),
    );
}

/// `most`: the time of the operator that took longest; `all`: of all together, in seconds.
fn push_box(out: &mut String, row: &OperatorProfile, place: &Place, (most, all): (f64, f64)) {
    let seconds = row.time.as_secs_f64();
    let share = |of: f64| if of > 0.0 { seconds / of } else { 0.0 };
    let (left, top) = (place.left(), place.top());
    let bar = share(most) * (BOX_WIDTH - 2) as f64;
    // From white to a warm red.
    let (green, blue) = (255.0 - 70.0 * share(most), 255.0 - 100.0 * share(most));
    let title = format!("{} ({} of pipeline {})\n{}", row.operator, row.kind, row.pipeline, row.detail);
    push(
        out,
        format_args!(
            "<g><title>{}</title><rect x=\"{left}\" y=\"{top}\" width=\"{BOX_WIDTH}\" height=\"{BOX_HEIGHT}\" rx=\"6\" \
             fill=\"rgb(255,{green:.0},{blue:.0})\" stroke=\"#8a96a8\"/>\
             <rect x=\"{}\" y=\"{}\" width=\"{bar:.1}\" height=\"5\" fill=\"#d2452f\"/>",
            escaped(&title),
            left + 1.0,
            top + BOX_HEIGHT - 9,
        ),
    );
    let lines = [
        ("name", row.operator.clone()),
        ("small", shortened(&row.detail, BOX_CHARS)),
        ("", format!("{} ({:.0} %), {} rows out", time(row.time), share(all) * 100.0, grouped(row.rows_out))),
    ];
    for (position, (class, text)) in lines.iter().enumerate() {
        let y = top + 20 + 19 * position;
        push(
            out,
            format_args!("<text class=\"{class}\" x=\"{}\" y=\"{y}\">{}</text>", left + 10.0, escaped(text)),
        );
    }
    out.push_str("</g>\n");
}

/// A text that is no markup, between tags or quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            // HTML has no way to say them.
            control if control.is_control() => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::OperatorKind;

    fn row(id: usize, inputs: &[usize], detail: &str) -> OperatorProfile {
        OperatorProfile {
            id,
            pipeline: 0,
            kind: OperatorKind::Operator,
            operator: "filter".into(),
            detail: detail.into(),
            inputs: inputs.to_vec(),
            rows_in: 0,
            rows_out: 1234,
            batches: 0,
            bytes_out: 0,
            time: Duration::from_millis(3),
            time_per_thread: Vec::new(),
            wait: Duration::ZERO,
            finish_time: Duration::ZERO,
            peak_memory_bytes: 0,
            spilled_bytes: 0,
            spilled_partitions: 0,
            rows_pruned: 0,
            row_groups_pruned: 0,
        }
    }

    #[test]
    fn texts_are_no_markup() {
        let detail = "a < '<script>alert(1)</script>' & \"b\"\u{1}";
        let profile = Profile { operators: vec![row(0, &[], detail)], ..Profile::default() };
        let html = profile.to_html();
        assert!(!html.contains("<script"));
        assert!(
            html.contains(
                "a &lt; &#39;&lt;script&gt;alert(1)&lt;/script&gt;&#39; &amp; &quot;b&quot;\u{fffd}"
            )
        );
        assert!(!html.contains("src=") && !html.contains("href="));
    }

    #[test]
    fn boxes_do_not_lie_on_each_other() {
        // A source that two read, an operator of two lanes of which the second comes later, and a reader that is known
        // before what it reads.
        let shapes: [&[&[usize]]; 4] = [
            &[&[], &[0], &[1]],
            &[&[], &[0], &[0], &[1, 2]],
            &[&[], &[0, 2], &[], &[1], &[3], &[4, 6], &[], &[6]],
            &[&[], &[], &[]],
        ];
        for shape in shapes {
            let rows: Vec<_> = shape.iter().enumerate().map(|(id, inputs)| row(id, inputs, "")).collect();
            let places = places(&rows);
            for (id, place) in places.iter().enumerate() {
                assert!(rows[id].inputs.iter().all(|&input| places[input].depth > place.depth));
                for other in &places[id + 1..] {
                    let apart = (place.column - other.column).abs() >= 1.0;
                    assert!(place.depth != other.depth || apart, "{shape:?}: {places:?}");
                }
            }
            assert_eq!(
                Profile { operators: rows, ..Profile::default() }.to_svg().matches("<rect").count(),
                2 * shape.len()
            );
        }
    }
}
