use std::iter::Peekable;
use std::str::Chars;

use fancy_regex::Regex;
use thread_local::ThreadLocal;

use super::{AskError, Question};

/// What a text may look like: a regular expression of Python's, or a pattern of SQL's LIKE.
#[derive(Debug)]
pub struct Pattern {
    regex: Regex,
    /// One for each thread: the memory that a search needs is not asked for over and over.
    of_thread: Box<ThreadLocal<Regex>>,
}

impl Clone for Pattern {
    fn clone(&self) -> Self {
        let (regex, of_thread) = (self.regex.clone(), Box::default());
        Self { regex, of_thread }
    }
}

impl Pattern {
    /// A regular expression as Python's `re` understands it.
    ///
    /// Most have the same meaning in Rust. What differs is written anew: `$` and `\Z`, signs that only Rust knows within
    /// brackets, `\uXXXX`, and `{,3}`.
    ///
    /// # Errors
    /// What is wrong with the expression, in words.
    ///
    /// # Source
    /// Python 3.11, `re`.
    pub fn python(expression: &str) -> Result<Self, String> {
        let written = rust_of(expression);
        Self::rust(&written)
    }

    /// A pattern of SQL: `%` is any text, `_` any letter, and what follows the escape is itself. Case counts.
    ///
    /// # Errors
    /// If the escape stands at the end.
    pub fn like(pattern: &str, escape: Option<char>) -> Result<Self, String> {
        let mut written = String::from(r"(?s)\A");
        let mut letters = pattern.chars();
        while let Some(letter) = letters.next() {
            let itself = match letter {
                _ if Some(letter) == escape => {
                    letters.next().ok_or("the escape stands alone at the end")?
                }
                '%' => {
                    written.push_str(".*");
                    continue;
                }
                '_' => {
                    written.push('.');
                    continue;
                }
                _ => letter,
            };
            written.push_str(&regex::escape(itself.encode_utf8(&mut [0; 4])));
        }
        written.push_str(r"\z");
        Self::rust(&written)
    }

    fn rust(expression: &str) -> Result<Self, String> {
        let regex = Regex::new(expression).map_err(|error| error.to_string())?;
        let of_thread = Box::default();
        Ok(Self { regex, of_thread })
    }

    /// Whether it is found anywhere in the text. An expression that takes too many steps to try is not found.
    pub fn is_in(&self, text: &str) -> bool {
        let regex = self.of_thread.get_or(|| self.regex.clone());
        regex.is_match(text).unwrap_or(false)
    }
}

/// The regular expressions of `regex_list`.
///
/// # Errors
/// [`AskError`] if there is none, or one is none.
pub fn regexes(question: &Question) -> Result<Vec<Pattern>, AskError> {
    let texts = question.params.needed_texts("regex_list")?.into_iter();
    let wrong = |why| {
        question.params.wrong(
            "regex_list",
            format!("a list of regular expressions; {why}"),
        )
    };
    texts
        .map(|text| Pattern::python(text).map_err(wrong))
        .collect()
}

/// Patterns of SQL, with the declared `escape`.
///
/// # Errors
/// [`AskError`] if the escape is no single letter, or stands at the end.
pub fn likes(question: &Question, patterns: &[&str]) -> Result<Vec<Pattern>, AskError> {
    let escape = match question.params.text("escape")? {
        None => None,
        Some(text) => {
            let mut letters = text.chars();
            let (one, more) = (letters.next(), letters.next());
            if one.is_none() || more.is_some() {
                return Err(question.params.wrong("escape", "one letter"));
            }
            one
        }
    };
    let wrong = |why| {
        question
            .params
            .wrong("escape", format!("followed by a letter; {why}"))
    };
    patterns
        .iter()
        .map(|text| Pattern::like(text, escape).map_err(wrong))
        .collect()
}

/// The expression as Rust writes it.
fn rust_of(expression: &str) -> String {
    let many_lines = has_flag(expression, 'm');
    let mut written = String::with_capacity(expression.len() + 8);
    let mut letters = expression.chars().peekable();
    // How deep in brackets, and whether the next letter is the first there.
    let mut in_class = false;
    let mut first = false;
    while let Some(letter) = letters.next() {
        let was_first = std::mem::take(&mut first);
        match letter {
            '\\' => escaped(&mut letters, in_class, &mut written),
            ']' if in_class && !was_first => {
                in_class = false;
                written.push(']');
            }
            '^' if in_class && was_first => {
                first = true;
                written.push('^');
            }
            '[' | '&' | '~' | ']' if in_class => {
                written.push('\\');
                written.push(letter);
            }
            '-' if in_class && letters.peek() == Some(&'-') => written.push_str(r"\-"),
            '[' => {
                in_class = true;
                first = true;
                written.push('[');
            }
            '$' if !in_class && !many_lines => match letters.peek() {
                // Python's end is before a last line feed too.
                None | Some(')' | '|') => written.push_str(r"(?:\n?\z)"),
                Some(_) => written.push_str(r"(?=\n?\z)"),
            },
            '{' if !in_class && letters.peek() == Some(&',') => written.push_str("{0"),
            '{' if !in_class && !letters.peek().is_some_and(char::is_ascii_digit) => {
                written.push_str(r"\{");
            }
            _ => written.push(letter),
        }
    }
    written
}

/// Writes what a backslash begins.
fn escaped(letters: &mut Peekable<Chars>, in_class: bool, written: &mut String) {
    match letters.next() {
        Some('Z') if !in_class => written.push_str(r"\z"),
        Some(letter @ ('u' | 'U' | 'x')) => {
            let digits = match letter {
                'u' => 4,
                'U' => 8,
                _ => 2,
            };
            let code: String = letters.by_ref().take(digits).collect();
            written.push_str(&format!(r"\x{{{code}}}"));
        }
        Some('0') => written.push_str(r"\x{0}"),
        // Letters that have a meaning only for Rust are themselves; Python has none of them or refuses them.
        Some(letter) if !letter.is_ascii_alphanumeric() => {
            written.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4])));
            // A blank or an apostrophe needs no backslash, and Rust allows none.
        }
        Some(letter) => {
            written.push('\\');
            written.push(letter);
        }
        None => written.push('\\'),
    }
}

/// Whether flags within the expression, as in `(?im)`, name that one.
fn has_flag(expression: &str, flag: char) -> bool {
    expression.split("(?").skip(1).any(|after| {
        let letters = after.chars().take_while(char::is_ascii_lowercase);
        letters.into_iter().any(|letter| letter == flag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(expression: &str, text: &str) -> bool {
        Pattern::python(expression)
            .expect("the expression is one")
            .is_in(text)
    }

    #[test]
    fn an_expression_means_what_it_means_in_python() {
        assert!(
            finds(r"^P\d{3}$", "P001")
                && finds(r"^P\d{3}$", "P001\n")
                && !finds(r"^P\d{3}\Z", "P001\n")
        );
        assert!(
            finds("b", "abc"),
            "it is searched for, not matched from the start"
        );
        assert!(finds(r"(.)\1", "zoo") && !finds(r"^(?!Q)", "Q7") && finds(r"(?<=P)0", "P0"));
        assert!(finds("(?m)a$", "a\nb") && !finds("a$", "a\nb"));
        assert!(finds("^a{,2}$", "aa") && !finds("^a{,2}$", "aaa"));
        assert!(finds("a{b}", "a{b}") && finds("[[:alpha:]]", "a]") && !finds("[[:alpha:]]", "a"));
        assert!(
            finds("[a&&b]", "&")
                && finds("[]a]", "]")
                && finds(r"[^]a]", "b")
                && !finds("[^]a]", "]")
        );
        assert!(finds(r"\u6771", "東京") && finds(r"\'\ \-", "' -") && finds(r"^\w+$", "Žofie"));
        assert!(Pattern::python("(").is_err());
    }

    #[test]
    fn a_like_pattern_covers_the_whole_text() {
        let like = |pattern, escape| Pattern::like(pattern, escape).expect("it is one");
        assert!(like("P%", None).is_in("P001") && !like("P", None).is_in("P001"));
        assert!(like("a_b", None).is_in("a\nb") && !like("a!_b", Some('!')).is_in("a%b"));
        assert!(
            like("a.b", None).is_in("a.b")
                && !like("a.b", None).is_in("axb")
                && like("", None).is_in("")
        );
        assert!(Pattern::like("a!", Some('!')).is_err());
    }
}
