//! The valid name most like a wrong one, by edit distance.

use lazuli_array::Name;

/// The candidate that is most like `name`, if one is like enough: at most a third of the letters differ, or one is
/// part of the other. Case counts for nothing. Of equally near ones the first.
///
/// ```
/// use lazuli_expr::typing::nearest_name;
///
/// let names = ["price".into(), "quantity".into()];
/// assert_eq!(nearest_name("pricee", &names).as_deref(), Some("price"));
/// assert_eq!(nearest_name("zzz", &names), None);
/// ```
pub fn nearest_name<'a>(name: &str, candidates: impl IntoIterator<Item = &'a Name>) -> Option<Name> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    let limit = (wanted.len() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            (distance(&wanted, &candidate.to_lowercase().chars().collect::<Vec<_>>()), candidate)
        })
        .filter(|(distance, candidate)| *distance <= limit || is_part(name, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate.clone())
}

/// Whether one name, of at least three bytes, is part of the other.
fn is_part(name: &str, candidate: &str) -> bool {
    let (name, candidate) = (name.to_lowercase(), candidate.to_lowercase());
    (name.len() >= 3 && candidate.contains(&name)) || (candidate.len() >= 3 && name.contains(&candidate))
}

/// Damerau-Levenshtein distance in its "optimal string alignment" form: insert, delete, replace, swap neighbours.
fn distance(left: &[char], right: &[char]) -> usize {
    let width = right.len() + 1;
    let mut rows = vec![0usize; (left.len() + 1) * width];
    for (column, cell) in rows[..width].iter_mut().enumerate() {
        *cell = column;
    }
    for row in 1..=left.len() {
        rows[row * width] = row;
        for column in 1..width {
            let same = left[row - 1] == right[column - 1];
            let mut best = (rows[(row - 1) * width + column] + 1)
                .min(rows[row * width + column - 1] + 1)
                .min(rows[(row - 1) * width + column - 1] + usize::from(!same));
            if row > 1
                && column > 1
                && left[row - 1] == right[column - 2]
                && left[row - 2] == right[column - 1]
            {
                best = best.min(rows[(row - 2) * width + column - 2] + 1);
            }
            rows[row * width + column] = best;
        }
    }
    rows[left.len() * width + width - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_small_slips() {
        let names: Vec<Name> = ["amount", "category", "customer_id", "date"].map(Into::into).to_vec();
        let nearest = |name: &str| nearest_name(name, &names).map(|name| name.to_string());
        assert_eq!(nearest("amuont").as_deref(), Some("amount"), "swapped letters");
        assert_eq!(nearest("Category").as_deref(), Some("category"), "case");
        assert_eq!(nearest("customer").as_deref(), Some("customer_id"), "a part of it");
        assert_eq!(nearest("dat").as_deref(), Some("date"), "a letter missing");
        assert_eq!(nearest("x"), None);
        assert_eq!(nearest(""), None);
    }

    #[test]
    fn distance_counts_edits() {
        let count = |left: &str, right: &str| {
            distance(&left.chars().collect::<Vec<_>>(), &right.chars().collect::<Vec<_>>())
        };
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("kitten", "sitting"), 3);
        assert_eq!(count("ab", "ba"), 1);
        assert_eq!(count("same", "same"), 0);
    }
}
