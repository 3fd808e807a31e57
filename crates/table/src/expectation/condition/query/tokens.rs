/// What is wrong, and at which letter, from 0.
pub type Wrong = (String, usize);

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Number(f64),
    Text(String),
    /// A word that may be a keyword.
    Name(String),
    /// A name in backticks.
    Quoted(String),
    Sign(&'static str),
}

/// Longer signs come before those that they begin with.
const SIGNS: [&str; 24] = [
    "**", "//", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",",
    ".", "&", "|", "~", "{", "}",
];

pub fn tokens(text: &str) -> Result<Vec<(Token, usize)>, Wrong> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let from = at;
        let run = |from: usize, is: &dyn Fn(char) -> bool| -> String {
            letters[from..]
                .iter()
                .copied()
                .take_while(|&c| is(c))
                .collect()
        };
        if letter.is_whitespace() {
            at += 1;
            continue;
        }
        let digit_follows = letters.get(at + 1).is_some_and(char::is_ascii_digit);
        let token = if letter.is_ascii_digit() || (letter == '.' && digit_follows) {
            let number = number(&letters[at..]);
            at += number.len();
            let value = number.replace('_', "").parse();
            Token::Number(value.map_err(|_| (format!("`{number}` is no number"), from))?)
        } else if letter.is_alphabetic() || letter == '_' {
            let name = run(at, &|c| c.is_alphanumeric() || c == '_');
            at += name.chars().count();
            Token::Name(name)
        } else if letter == '`' {
            let name = run(at + 1, &|c| c != '`');
            at += name.chars().count() + 2;
            if at > letters.len() {
                return Err(("the name in backticks does not end".to_owned(), from));
            }
            Token::Quoted(name)
        } else if letter == '"' || letter == '\'' {
            let (value, length) = quoted(&letters[at..])
                .ok_or(("the text in quotes does not end".to_owned(), from))?;
            at += length;
            Token::Text(value)
        } else {
            let rest: String = letters[at..].iter().take(2).collect();
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = sign.ok_or((format!("`{letter}` means nothing"), from))?;
            at += sign.len();
            Token::Sign(sign)
        };
        tokens.push((token, from));
    }
    Ok(tokens)
}

/// The number that begins here, as it is written.
fn number(letters: &[char]) -> String {
    let mut text = String::new();
    for &letter in letters {
        let after_exponent = text.ends_with(['e', 'E']);
        let belongs = letter.is_ascii_digit()
            || letter == '_'
            || (letter == '.' && !text.contains('.') && !text.contains(['e', 'E']))
            || (matches!(letter, 'e' | 'E') && !text.contains(['e', 'E']))
            || (matches!(letter, '+' | '-') && after_exponent);
        if !belongs {
            break;
        }
        text.push(letter);
    }
    text
}

/// A text in quotes, and how many letters it takes.
fn quoted(letters: &[char]) -> Option<(String, usize)> {
    let quote = letters[0];
    let mut value = String::new();
    let mut at = 1;
    loop {
        match letters.get(at)? {
            &letter if letter == quote => return Some((value, at + 1)),
            '\\' => {
                at += 1;
                value.push(match letters.get(at)? {
                    'n' => '\n',
                    't' => '\t',
                    &letter => letter,
                });
            }
            &letter => value.push(letter),
        }
        at += 1;
    }
}
