//! The word that was probably meant.

/// Longer words are not compared: the time goes with the square of their length.
const LETTERS_MAX: usize = 100;

/// The candidate that is nearest to a word, if it is near enough to be a slip of the finger.
///
/// Distance is that of optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = word.chars().count();
    if letters > LETTERS_MAX {
        return None;
    }
    let limit = (letters / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Advice for a word that names nothing: the nearest candidate, or the candidates there are.
pub fn advice<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    match candidates.len() {
        0 => "there is none to choose from".to_owned(),
        1..=12 => format!("one of: {}", candidates.join(", ")),
        many => format!("one of {many}, among them: {}", candidates[..12].join(", ")),
    }
}

fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 3 {
        // Farther than any limit of `nearest`.
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitute = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = substitute.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_word_that_was_meant() {
        let words = ["auroc", "sensitivity", "specificity"];
        assert_eq!(nearest("aurco", words), Some("auroc"));
        assert_eq!(nearest("sensitvity", words), Some("sensitivity"));
        assert_eq!(nearest("dice", words), None);
    }

    #[test]
    fn advice_without_a_near_word_names_the_choices() {
        assert_eq!(advice("dice", ["auroc", "ece"]), "one of: auroc, ece");
        assert_eq!(advice("dice", []), "there is none to choose from");
    }
}
