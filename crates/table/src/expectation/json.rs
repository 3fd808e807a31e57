use std::borrow::Cow;

use serde_json::Value;

/// The value that a text writes as JSON, with what Python's `json.loads` reads beyond the standard: `NaN`, `Infinity`,
/// `-Infinity`, which become null, and halves of surrogate pairs, which become U+FFFD.
///
/// # Source
/// RFC 8259; Python 3.11, `json.loads`.
pub fn read(text: &str) -> Option<Value> {
    match serde_json::from_str(text) {
        Ok(value) => Some(value),
        Err(_) => serde_json::from_str(&standard(text)?).ok(),
    }
}

/// The text with what only Python reads replaced; none if there is nothing of it.
fn standard(text: &str) -> Option<Cow<'_, str>> {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_text = false;
    while let Some(letter) = rest.chars().next() {
        if in_text && letter == '\\' {
            let (escape, after) = escape(rest);
            written.push_str(&escape);
            rest = after;
            continue;
        }
        let word = ["-Infinity", "Infinity", "NaN"].into_iter();
        if let Some(word) = word
            .filter(|_| !in_text)
            .find(|word| rest.starts_with(word))
        {
            written.push_str("null");
            rest = &rest[word.len()..];
            continue;
        }
        in_text ^= letter == '"';
        written.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    (written != text).then_some(Cow::Owned(written))
}

/// What begins with a backslash, and what follows it; a lone half of a surrogate pair is replaced.
fn escape(rest: &str) -> (Cow<'_, str>, &str) {
    let code = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let split = |at: usize| {
        let at = (at..=rest.len())
            .find(|&at| rest.is_char_boundary(at))
            .unwrap_or(rest.len());
        (Cow::Borrowed(&rest[..at]), &rest[at..])
    };
    match code(rest) {
        Some(0xD800..=0xDBFF) if matches!(rest.get(6..).and_then(code), Some(0xDC00..=0xDFFF)) => {
            split(12)
        }
        Some(0xD800..=0xDFFF) => (Cow::Borrowed("\\uFFFD"), &rest[6..]),
        Some(_) => split(6),
        None => split(2.min(rest.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_python_reads_is_json() {
        for text in [
            "{\"a\": 1}",
            " [1, 2] ",
            "3",
            "\"x\"",
            "null",
            "NaN",
            "[-Infinity, Infinity]",
            r#""\ud800""#,
            r#""\ud83d\ude00 NaN""#,
        ] {
            assert!(read(text).is_some(), "{text}");
        }
        for text in [
            "", "{bad", "'x'", "[1,]", "01", "nan", "\"a\nb\"", "NaNx", "True", "1 2",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[\\\\\"uUdD8N aé東\\[\\]]{0,12}") {
            read(&text);
        }
    }
}
