use super::{Scored, ScoredError};

/// Cases of a model that names one of several classes, with its probability for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Classified {
    /// One column a class.
    pub(super) scores: Vec<Vec<f64>>,
    pub(super) truth: Vec<Option<u32>>,
    pub(super) named: Vec<u32>,
    pub(super) patient: Option<Vec<u32>>,
}

impl Classified {
    /// Cases with, for each class, the probability of every case; the class that is true, where it is known; and the one
    /// that the model named. Classes are counted from 0.
    ///
    /// # Errors
    /// [`ScoredError`] for a score outside 0..=1, a class that there is not, and lengths that differ.
    pub fn new(
        scores: Vec<Vec<f64>>,
        truth: Vec<Option<u32>>,
        named: Vec<u32>,
    ) -> Result<Classified, ScoredError> {
        for column in &scores {
            Scored::new(column.clone(), truth.iter().map(|_| None).collect())?;
        }
        let n = truth.len();
        if named.len() != n {
            return Err(ScoredError::Length {
                scores: n,
                other: named.len(),
                column: "named class",
            });
        }
        let classes = scores.len();
        let known = truth.iter().copied();
        let said = named.iter().map(|&class| Some(class));
        let rows = known.enumerate().chain(said.enumerate());
        for (row, class) in rows.filter_map(|(row, class)| Some((row, class?))) {
            if class as usize >= classes {
                return Err(ScoredError::Class {
                    row,
                    class,
                    classes,
                });
            }
        }
        Ok(Classified {
            scores,
            truth,
            named,
            patient: None,
        })
    }

    /// The same cases with the patient of each.
    ///
    /// # Errors
    /// [`ScoredError::Length`].
    pub fn with_patients(self, patient: Vec<u32>) -> Result<Classified, ScoredError> {
        if patient.len() != self.n() {
            return Err(ScoredError::Length {
                scores: self.n(),
                other: patient.len(),
                column: "patient",
            });
        }
        let patient = Some(patient);
        Ok(Classified { patient, ..self })
    }

    /// The number of cases.
    pub fn n(&self) -> usize {
        self.truth.len()
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.scores.len()
    }

    /// The cases of these indices.
    pub(super) fn pick(&self, rows: &[usize]) -> Classified {
        let scores = self.scores.iter();
        Classified {
            scores: scores
                .map(|column| rows.iter().map(|&row| column[row]).collect())
                .collect(),
            truth: rows.iter().map(|&row| self.truth[row]).collect(),
            named: rows.iter().map(|&row| self.named[row]).collect(),
            patient: (self.patient.as_ref()).map(|p| rows.iter().map(|&row| p[row]).collect()),
        }
    }

    /// The cases whose truth is known, by index.
    pub(super) fn labelled(&self) -> Vec<usize> {
        (0..self.n())
            .filter(|&row| self.truth[row].is_some())
            .collect()
    }

    /// One class against all others: it is the disease, and naming it is the flag.
    pub(super) fn against_rest(&self, class: usize) -> Scored {
        let is = |other: u32| other as usize == class;
        Scored {
            score: self.scores[class].clone(),
            truth: self.truth.iter().map(|truth| truth.map(is)).collect(),
            flag: Some(self.named.iter().map(|&named| is(named)).collect()),
            patient: self.patient.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_that_there_is_not_is_refused_with_its_row() {
        let scores = || vec![vec![0.2, 0.5], vec![0.8, 0.5]];
        let refused = Classified::new(scores(), vec![Some(1), Some(2)], vec![1, 0]);
        assert!(matches!(
            refused,
            Err(ScoredError::Class {
                row: 1,
                class: 2,
                classes: 2
            })
        ));
        let refused = Classified::new(scores(), vec![None, None], vec![3, 0]);
        assert!(matches!(refused, Err(ScoredError::Class { row: 0, .. })));
        assert!(Classified::new(scores(), vec![None, None], vec![0]).is_err());
        assert!(Classified::new(vec![vec![0.5, 1.5]], vec![None, None], vec![0, 0]).is_err());
    }

    #[test]
    fn a_class_against_the_rest_is_a_disease_that_is_flagged_when_named() {
        let scores = vec![vec![0.2, 0.5], vec![0.7, 0.3], vec![0.1, 0.2]];
        let cases = Classified::new(scores, vec![Some(1), None], vec![1, 0]).expect("classes");
        let one = cases.against_rest(1);
        assert_eq!(one.score, [0.7, 0.3]);
        assert_eq!(one.truth, [Some(true), None]);
        assert_eq!(one.flag, Some(vec![true, false]));
    }
}
