use super::{Looked, Note};
use crate::Kind;

/// Texts of digits of which some begin with a zero.
pub struct LeadingZeros;

impl Note for LeadingZeros {
    fn id(&self) -> &'static str {
        "leading_zeros"
    }

    fn look(&self, looked: &Looked) -> Option<String> {
        if looked.seen.kind != Kind::Text {
            return None;
        }
        let (mut digits, mut zeros, mut all) = (0, 0, 0);
        for (_, text, times) in looked.seen.counts.all() {
            let text = text.trim();
            let of_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            all += times;
            digits += if of_digits { times } else { 0 };
            zeros += u64::from(of_digits && text.len() > 1 && text.starts_with('0'));
        }
        (zeros > 0 && digits == all).then(|| {
            "These are codes of digits, some with leading zeros: they stay texts, and must not become numbers elsewhere.".to_owned()
        })
    }
}
