use std::sync::LazyLock;

use regex::Regex;

use super::reading::{Reading, Row, Table, whole_number};
use super::{Check, Remark, Severity};
use crate::pattern::pattern;

/// A column or row that is called a total is the sum of the others.
///
/// Takes for granted that the other rows or columns have nothing in common, which is believed only if the headings are years or partitions, or
/// if the sum holds in two other columns or rows of the table. Only tables of whole numbers are asked.
pub struct TableTotal;

impl Check for TableTotal {
    fn name(&self) -> &'static str {
        "total_of_a_table"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let of = |table: &Table| {
            let sums = [across(table), down(table)].into_iter().flatten();
            sums.map(|(message, passages)| Remark {
                check: self.name(),
                severity: Severity::Inconsistent,
                message,
                passages,
            })
            .collect::<Vec<_>>()
        };
        reading.tables.iter().flat_map(of).collect()
    }
}

static TOTAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:all|total|overall|sum|entire cohort|all patients|total \(n\)|total,? n)$")
});
static PART: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:19|20)\d\d|(?:training|train|tuning|validation|val|test|testing|development|derivation|internal validation)(?: (?:set|cohort|data|dataset|group))?)$",
    )
});

/// What did not add up, and its passages.
type Found = (String, Vec<usize>);

/// The total and the sum of the others, all whole numbers.
fn sums(numbers: &[Option<u64>], total: usize) -> Option<(u64, u64, Vec<u64>)> {
    let mut others = Vec::new();
    for (at, number) in numbers.iter().enumerate() {
        if at != total {
            others.push((*number)?);
        }
    }
    let total = numbers.get(total).copied().flatten()?;
    (others.len() >= 2).then(|| (total, others.iter().sum(), others))
}

fn across(table: &Table) -> Vec<Found> {
    let columns = table.header.len();
    let Some(total) = (1..columns).find(|&at| TOTAL.is_match(table.header[at].trim())) else {
        return Vec::new();
    };
    let is_partition = (1..columns)
        .filter(|&at| at != total)
        .all(|at| PART.is_match(table.header[at].trim()));
    let rows: Vec<(&Row, u64, u64, Vec<u64>)> = table
        .rows
        .iter()
        .filter(|row| row.cells.len() == columns)
        .filter_map(|row| {
            let numbers: Vec<Option<u64>> = row.cells[1..]
                .iter()
                .map(|cell| whole_number(cell))
                .collect();
            let (told, sum, others) = sums(&numbers, total - 1)?;
            Some((row, told, sum, others))
        })
        .collect();
    let holding = rows.iter().filter(|(_, told, sum, _)| told == sum).count();
    // Medians and scores are no counts: a first row that holds, or two others, show what is.
    let is_believed = is_partition && holding > 0 || holding >= 2;
    rows.iter()
        .filter(|(row, told, sum, _)| {
            is_believed && told != sum && is_like(*told, *sum) && is_count(row.label())
        })
        .map(|(row, told, sum, others)| {
            (message(row.label(), others, *sum, *told), vec![row.passage])
        })
        .collect()
}

fn down(table: &Table) -> Vec<Found> {
    let Some(last) = table.rows.last().filter(|row| TOTAL.is_match(row.label())) else {
        return Vec::new();
    };
    let columns: Vec<(usize, u64, u64, Vec<u64>)> = (1..table.header.len())
        .filter_map(|column| {
            let cell = |row: &Row| {
                let is_whole = row.cells.len() == table.header.len();
                is_whole.then(|| whole_number(&row.cells[column])).flatten()
            };
            let numbers: Vec<Option<u64>> = table.rows.iter().map(cell).collect();
            let (told, sum, others) = sums(&numbers, numbers.len() - 1)?;
            Some((column, told, sum, others))
        })
        .collect();
    let holding = columns
        .iter()
        .filter(|(_, told, sum, _)| told == sum)
        .count();
    columns
        .iter()
        .filter(|(column, told, sum, _)| {
            holding >= 2 && told != sum && is_like(*told, *sum) && is_count(&table.header[*column])
        })
        .map(|(column, told, sum, others)| {
            (
                message(&table.header[*column], others, *sum, *told),
                vec![last.passage],
            )
        })
        .collect()
}

fn message(label: &str, others: &[u64], sum: u64, told: u64) -> String {
    let each: Vec<String> = others.iter().map(u64::to_string).collect();
    format!(
        "{label}: {} are {sum}, but the total is {told}.",
        each.join(" + ")
    )
}

fn is_like(told: u64, sum: u64) -> bool {
    told.max(sum) < 2 * told.min(sum)
}

/// Ages and scores of a total are no sums.
fn is_count(label: &str) -> bool {
    static NO_COUNT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"%|\b(?:age|median|mean|score|sd|iqr|range|days|hours|years|time|unique|distinct|rate|ratio|weight|height|sites|centers|centres)\b",
        )
    });
    !NO_COUNT.is_match(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::table_remarks;

    #[test]
    fn totals_that_hold_raise_nothing() {
        let years = [
            "Year\t2017\t2018\t2019\tAll",
            "Total\t2941\t2917\t899\t6757",
            "Age\t67\t67\t66\t67",
        ];
        assert!(table_remarks(&TableTotal, &years).is_empty());
        // Groups that overlap.
        let groups = [
            "Finding\tMen\tWomen\tSmokers\tAll",
            "Edema\t10\t12\t9\t22",
            "Effusion\t20\t22\t14\t42",
        ];
        assert!(table_remarks(&TableTotal, &groups).is_empty());
    }

    #[test]
    fn totals_that_do_not_hold_are_named() {
        let sets = [
            "Class\tTraining\tValidation\tTest\tTotal",
            "Edema\t700\t100\t200\t1,000",
            "Effusion\t70\t10\t20\t110",
        ];
        let found = table_remarks(&TableTotal, &sets);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "Effusion: 70 + 10 + 20 are 100, but the total is 110."
        );
        let sites = [
            "Site\tPatients\tImages\tLesions",
            "A\t10\t20\t30",
            "B\t11\t21\t31",
            "Total\t21\t41\t71",
        ];
        let found = table_remarks(&TableTotal, &sites);
        assert_eq!(
            found[0].message,
            "Lesions: 30 + 31 are 61, but the total is 71."
        );
    }
}
