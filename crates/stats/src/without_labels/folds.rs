use crate::draw::Draw;
use std::collections::BTreeSet;

/// The fold of each row, of `folds` that are about equally large. Rows of one patient are in one fold.
pub(super) fn folds(
    rows: usize,
    patient: Option<&[u32]>,
    folds: usize,
    draw: &mut Draw,
) -> Vec<usize> {
    let own: Vec<u32> = (0..rows as u32).collect();
    let patient = patient.unwrap_or(&own);
    let known: BTreeSet<u32> = patient.iter().copied().collect();
    let mut shuffled: Vec<u32> = known.into_iter().collect();
    let count = shuffled.len();
    draw.shuffle_front(&mut shuffled, count);
    let fold = shuffled
        .iter()
        .enumerate()
        .map(|(at, &patient)| (patient, at % folds));
    let fold: std::collections::HashMap<u32, usize> = fold.collect();
    patient.iter().map(|patient| fold[patient]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_equally_large_and_no_patient_is_in_two() {
        let plain = folds(103, None, 5, &mut Draw::new(1, 0));
        for fold in 0..5 {
            let size = plain.iter().filter(|&&other| other == fold).count();
            assert!((20..=21).contains(&size), "{size}");
        }
        let patient: Vec<u32> = (0..90).map(|row| row / 3).collect();
        let of = folds(90, Some(&patient), 4, &mut Draw::new(1, 0));
        assert!((0..90).all(|row| of[row] == of[3 * (row / 3)]));
    }
}
