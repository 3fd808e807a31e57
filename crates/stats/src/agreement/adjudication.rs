use super::Ratings;

/// What readers together say of a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adjudicated {
    /// The category by number; `None` where the rule does not decide.
    pub category: Option<usize>,
    /// The share of the readers, or the probability, behind it; of the strongest category where none is decided.
    pub share: f64,
    pub readers: usize,
}

/// The category that at least `needed` readers name and no other category as often; without `needed` the one that most name.
/// What is not decided so, because of a tie or since too few agree, goes to the senior reader, if one is given who read the
/// case; otherwise it stays open.
pub fn adjudicate(
    ratings: &Ratings,
    needed: Option<usize>,
    senior: Option<usize>,
) -> Vec<Adjudicated> {
    let of_case = ratings.of_case.iter().zip(ratings.counts());
    of_case
        .map(|(case, counts)| {
            let readers = case.iter().flatten().count();
            let most = counts.iter().copied().fold(0.0, f64::max);
            let first: Vec<usize> = (0..counts.len()).filter(|&c| counts[c] == most).collect();
            let by_senior = senior.and_then(|senior| case[senior]);
            let enough = most >= needed.unwrap_or(1) as f64 && most > 0.0;
            let category = match first[..] {
                _ if readers == 0 => None,
                [one] if enough => Some(one),
                _ => by_senior,
            };
            let votes = category.map_or(most, |category| counts[category]);
            Adjudicated {
                category,
                share: if readers == 0 {
                    0.0
                } else {
                    votes / readers as f64
                },
                readers,
            }
        })
        .collect()
}

/// What Dawid and Skene's model says.
#[derive(Clone, Debug, PartialEq)]
pub struct DawidSkene {
    pub of_case: Vec<Adjudicated>,
    /// For each case the probability of each category.
    pub posterior: Vec<Vec<f64>>,
    /// For each reader, for each true category the probability of each answer.
    pub confusion: Vec<Vec<Vec<f64>>>,
}

/// Estimates truth and the errors of each reader together, by expectation and maximisation from the majority on, until no
/// probability moves by more than 1e-9, at most 500 times. Readers are taken to err independently, given the truth.
///
/// # Source
/// Dawid and Skene 1979, J R Stat Soc C 28:20-28.
pub fn dawid_skene(ratings: &Ratings) -> DawidSkene {
    let q = ratings.values.len();
    let readers = ratings.of_case.first().map_or(0, Vec::len);
    let start = |counts: Vec<f64>| {
        let all: f64 = counts.iter().sum();
        let share = |count: f64| {
            if all > 0.0 {
                count / all
            } else {
                1.0 / q as f64
            }
        };
        counts.into_iter().map(share).collect::<Vec<f64>>()
    };
    let mut posterior: Vec<Vec<f64>> = ratings.counts().into_iter().map(start).collect();
    let mut confusion = Vec::new();
    for _ in 0..500 {
        confusion = errors(ratings, &posterior, readers, q);
        let cases = posterior.len().max(1) as f64;
        let prior: Vec<f64> = (0..q)
            .map(|c| posterior.iter().map(|p| p[c]).sum::<f64>() / cases)
            .collect();
        let next: Vec<Vec<f64>> = ratings
            .of_case
            .iter()
            .map(|case| {
                let logs = (0..q).map(|truth| {
                    let said = case.iter().enumerate();
                    let said =
                        said.filter_map(|(reader, c)| Some(confusion[reader][truth][(*c)?].ln()));
                    prior[truth].ln() + said.sum::<f64>()
                });
                let logs: Vec<f64> = logs.collect();
                let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let weights: Vec<f64> = logs.iter().map(|log| (log - most).exp()).collect();
                let all: f64 = weights.iter().sum();
                weights.into_iter().map(|weight| weight / all).collect()
            })
            .collect();
        let moved = posterior.iter().flatten().zip(next.iter().flatten());
        let moved = moved.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        posterior = next;
        if moved <= 1e-9 {
            break;
        }
    }
    let of_case = ratings
        .of_case
        .iter()
        .zip(&posterior)
        .map(|(case, posterior)| {
            let readers = case.iter().flatten().count();
            let most =
                (0..q).max_by(|&a, &b| posterior[a].total_cmp(&posterior[b]).then(b.cmp(&a)));
            Adjudicated {
                category: most.filter(|_| readers > 0),
                share: most.map_or(0.0, |most| posterior[most]),
                readers,
            }
        });
    DawidSkene {
        of_case: of_case.collect(),
        posterior,
        confusion,
    }
}

fn errors(
    ratings: &Ratings,
    posterior: &[Vec<f64>],
    readers: usize,
    q: usize,
) -> Vec<Vec<Vec<f64>>> {
    // A trace of every answer, so that one case does not make an error impossible.
    let mut counts = vec![vec![vec![1e-6; q]; q]; readers];
    for (case, posterior) in ratings.of_case.iter().zip(posterior) {
        for (reader, said) in case.iter().enumerate() {
            if let Some(said) = said {
                (0..q).for_each(|truth| counts[reader][truth][*said] += posterior[truth]);
            }
        }
    }
    for row in counts.iter_mut().flatten() {
        let all: f64 = row.iter().sum();
        row.iter_mut().for_each(|count| *count /= all);
    }
    counts
}
