use std::collections::HashMap;

/// How often each category occurs, in the order of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryCounts {
    counts: Vec<(String, u64)>,
    n: u64,
}

impl CategoryCounts {
    /// Counts the values one by one. Where a dictionary has counted them already, [`CategoryCounts::from_counts`] is
    /// faster.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a str>) -> CategoryCounts {
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for value in values {
            *counts.entry(value).or_default() += 1;
        }
        CategoryCounts::from_counts(
            counts
                .into_iter()
                .map(|(name, count)| (name.to_owned(), count)),
        )
    }

    /// Takes counts that are already there; those of one name are added, a count of 0 is dropped.
    pub fn from_counts(counts: impl IntoIterator<Item = (String, u64)>) -> CategoryCounts {
        let mut counts: Vec<(String, u64)> =
            counts.into_iter().filter(|(_, count)| *count > 0).collect();
        counts.sort_unstable();
        counts.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        let n = counts.iter().map(|(_, count)| count).sum();
        CategoryCounts { counts, n }
    }

    /// The counts of the values of both.
    pub fn merge(&self, other: &CategoryCounts) -> CategoryCounts {
        CategoryCounts::from_counts(self.counts.iter().chain(&other.counts).cloned())
    }

    /// The number of values.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// The number of categories.
    pub fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// Each category with its count, in the order of the names.
    pub fn counts(&self) -> impl ExactSizeIterator<Item = (&str, u64)> {
        self.counts
            .iter()
            .map(|(name, count)| (name.as_str(), *count))
    }

    /// How often a category occurs.
    pub fn count(&self, name: &str) -> u64 {
        match self
            .counts
            .binary_search_by(|(known, _)| known.as_str().cmp(name))
        {
            Ok(at) => self.counts[at].1,
            Err(_) => 0,
        }
    }
}

/// How often each category of either sample occurs in both: (name, in the first, in the second), in the order of the names.
pub fn aligned<'a>(a: &'a CategoryCounts, b: &'a CategoryCounts) -> Vec<(&'a str, u64, u64)> {
    let mut all = Vec::with_capacity(a.distinct().max(b.distinct()));
    let (mut left, mut right) = (a.counts().peekable(), b.counts().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some((x, _)), Some((y, _))) => x.cmp(y),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => return all,
        };
        let from_a = left.next_if(|_| order.is_le());
        let from_b = right.next_if(|_| order.is_ge());
        let name = from_a.or(from_b).map_or("", |(name, _)| name);
        let count = |side: Option<(&str, u64)>| side.map_or(0, |(_, count)| count);
        all.push((name, count(from_a), count(from_b)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_counted_by_name_and_a_count_of_zero_is_no_category() {
        let counted = CategoryCounts::of(["f", "m", "f"]);
        let given = [("m", 1), ("f", 1), ("x", 0), ("f", 1)].map(|(name, n)| (name.to_owned(), n));
        assert_eq!(counted, CategoryCounts::from_counts(given));
        assert_eq!((counted.n(), counted.distinct()), (3, 2));
        assert_eq!((counted.count("f"), counted.count("x")), (2, 0));
        assert_eq!(counted.counts().collect::<Vec<_>>(), [("f", 2), ("m", 1)]);
    }

    #[test]
    fn merged_counts_are_those_of_all_values() {
        let (a, b) = (
            CategoryCounts::of(["b", "a", "b"]),
            CategoryCounts::of(["c", "b"]),
        );
        assert_eq!(a.merge(&b), CategoryCounts::of(["b", "a", "b", "c", "b"]));
        assert_eq!(a.merge(&CategoryCounts::default()), a);
    }

    #[test]
    fn aligned_counts_have_a_place_for_every_category_of_either_sample() {
        let (a, b) = (
            CategoryCounts::of(["b", "a", "b"]),
            CategoryCounts::of(["c", "b"]),
        );
        assert_eq!(aligned(&a, &b), [("a", 1, 0), ("b", 2, 1), ("c", 0, 1)]);
        assert_eq!(
            aligned(&CategoryCounts::default(), &b),
            [("b", 0, 1), ("c", 0, 1)]
        );
    }
}
