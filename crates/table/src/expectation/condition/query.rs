use super::compare::Word;
use super::{Arithmetic, Comparison, ConditionError, DEPTH, Expression};
use crate::expectation::pattern::Pattern;

/// Reads an expression of pandas' `DataFrame.query`: comparisons, also in chains and with lists; `and`, `or`, `not`, `&`,
/// `|`, `~`, where `&` and `|` bind as loosely as `and` and `or`; arithmetic; names in backticks; `index`; `.isnull()`,
/// `.isna()`, `.notnull()`, `.notna()`, `.isin([…])`, `.between(a, b)`, `.str.startswith(…)`, `.str.endswith(…)`,
/// `.str.contains(…)`.
pub fn read(text: &str) -> Result<Expression, ConditionError> {
    let syntax = |(why, at): Wrong| ConditionError::Syntax {
        text: text.chars().take(200).collect(),
        grammar: "pandas",
        why,
        at: at + 1,
    };
    let tokens = tokens(text).map_err(syntax)?;
    let end = text.chars().count();
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        end,
        depth: 0,
    };
    let expression = parser.any().map_err(syntax)?;
    match parser.tokens.get(parser.at) {
        None => Ok(expression),
        Some((_, at)) => Err(syntax(("nothing was expected any more".to_owned(), *at))),
    }
}

/// What is wrong, and at which letter, from 0.
type Wrong = (String, usize);

#[derive(Clone, Debug, PartialEq)]
enum Token {
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

fn tokens(text: &str) -> Result<Vec<(Token, usize)>, Wrong> {
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

struct Parser<'a> {
    tokens: &'a [(Token, usize)],
    at: usize,
    /// The number of letters.
    end: usize,
    depth: usize,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Expression, Wrong> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(("it is nested too deeply".to_owned(), self.place()));
        }
        let mut parts = vec![self.all()?];
        while self.takes_name("or") || self.takes("|") {
            parts.push(self.all()?);
        }
        self.depth -= 1;
        Ok(one_or(parts, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression, Wrong> {
        let mut parts = vec![self.not()?];
        while self.takes_name("and") || self.takes("&") {
            parts.push(self.not()?);
        }
        Ok(one_or(parts, Expression::All))
    }

    fn not(&mut self) -> Result<Expression, Wrong> {
        let mut odd = false;
        while self.takes_name("not") {
            odd = !odd;
        }
        let of = self.comparison()?;
        Ok(if odd {
            Expression::Not(Box::new(of))
        } else {
            of
        })
    }

    fn comparison(&mut self) -> Result<Expression, Wrong> {
        let mut left = self.sum()?;
        let mut parts = Vec::new();
        while let Some(operator) = self.operator() {
            let right = self.list_or_sum()?;
            let next = match &right {
                Side::List(_) => None,
                Side::One(right) => Some(right.clone()),
            };
            parts.push(joined(left, operator, right));
            match next {
                Some(next) => left = next,
                // What is compared with a list cannot be compared further.
                None => return Ok(one_or(parts, Expression::All)),
            }
        }
        Ok(if parts.is_empty() {
            left
        } else {
            one_or(parts, Expression::All)
        })
    }

    fn operator(&mut self) -> Option<Operator> {
        let compare = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        for (sign, how) in compare {
            if self.takes(sign) {
                return Some(Operator::Compare(how));
            }
        }
        if self.takes_name("in") {
            return Some(Operator::In(true));
        }
        let is_not_in = matches!(self.peek(1), Some(Token::Name(name)) if name == "in");
        if is_not_in && self.takes_name("not") {
            self.at += 1;
            return Some(Operator::In(false));
        }
        None
    }

    fn list_or_sum(&mut self) -> Result<Side, Wrong> {
        for (open, close) in [("[", "]"), ("(", ")"), ("{", "}")] {
            let begin = self.at;
            if !self.takes(open) {
                continue;
            }
            match self.words(close) {
                Ok((words, is_list)) if is_list || open != "(" => return Ok(Side::List(words)),
                Err(wrong) if open != "(" => return Err(wrong),
                // A value in parentheses is no list.
                _ => self.at = begin,
            }
        }
        self.sum().map(Side::One)
    }

    /// The values up to a closing sign, and whether there is a comma.
    fn words(&mut self, close: &'static str) -> Result<(Vec<Word>, bool), Wrong> {
        let mut words = Vec::new();
        let mut is_list = false;
        while !self.takes(close) {
            words.push(self.word()?);
            if self.takes(",") {
                is_list = true;
            } else if !self.is(close) {
                return Err((format!("`,` or `{close}` is missing"), self.place()));
            }
        }
        Ok((words, is_list))
    }

    fn word(&mut self) -> Result<Word, Wrong> {
        let minus = self.takes("-");
        let place = self.place();
        let word = match self.next() {
            Some(Token::Number(value)) => Word::Number(if minus { -value } else { value }),
            Some(Token::Text(text)) if !minus => Word::Text(text),
            Some(Token::Name(name)) if !minus && name == "True" => Word::Truth(true),
            Some(Token::Name(name)) if !minus && name == "False" => Word::Truth(false),
            _ => return Err(("a number or a text is missing".to_owned(), place)),
        };
        Ok(word)
    }

    fn sum(&mut self) -> Result<Expression, Wrong> {
        self.chain(
            &[("+", Arithmetic::Plus), ("-", Arithmetic::Minus)],
            Self::product,
        )
    }

    fn product(&mut self) -> Result<Expression, Wrong> {
        let signs = [
            ("//", Arithmetic::FloorOver),
            ("*", Arithmetic::Times),
            ("/", Arithmetic::Over),
            ("%", Arithmetic::Modulo),
        ];
        self.chain(&signs, Self::unary)
    }

    fn chain(
        &mut self,
        signs: &[(&'static str, Arithmetic)],
        part: fn(&mut Self) -> Result<Expression, Wrong>,
    ) -> Result<Expression, Wrong> {
        let mut left = part(self)?;
        'more: loop {
            for (sign, what) in signs {
                if self.takes(sign) {
                    let right = part(self)?;
                    left = Expression::Arithmetic(*what, Box::new(left), Box::new(right));
                    // The tree of a long chain is as deep as the chain is long.
                    self.deeper()?;
                    continue 'more;
                }
            }
            return Ok(left);
        }
    }

    fn deeper(&mut self) -> Result<(), Wrong> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(("it is nested too deeply".to_owned(), self.place()));
        }
        Ok(())
    }

    fn unary(&mut self) -> Result<Expression, Wrong> {
        let before = self.depth;
        let of = if self.takes("-") {
            self.deeper()?;
            Expression::Negative(Box::new(self.unary()?))
        } else if self.takes("~") {
            self.deeper()?;
            Expression::Not(Box::new(self.unary()?))
        } else if self.takes("+") {
            self.deeper()?;
            self.unary()?
        } else {
            let base = self.postfix()?;
            if !self.takes("**") {
                return Ok(base);
            }
            self.deeper()?;
            Expression::Arithmetic(Arithmetic::Power, Box::new(base), Box::new(self.unary()?))
        };
        self.depth = before;
        Ok(of)
    }

    fn postfix(&mut self) -> Result<Expression, Wrong> {
        let mut of = self.atom()?;
        while self.takes(".") {
            let place = self.place();
            let Some(Token::Name(mut method)) = self.next() else {
                return Err(("a method is missing".to_owned(), place));
            };
            if method == "str" && self.takes(".") {
                match self.next() {
                    Some(Token::Name(name)) => method = format!("str.{name}"),
                    _ => return Err(("a method is missing".to_owned(), place)),
                }
            }
            if !self.takes("(") {
                return Err((format!("`(` is missing after `{method}`"), self.place()));
            }
            self.deeper()?;
            of = self.method(&method, of, place)?;
        }
        Ok(of)
    }

    fn method(&mut self, method: &str, of: Expression, place: usize) -> Result<Expression, Wrong> {
        let of = Box::new(of);
        if method == "isin" {
            let Side::List(words) = self.list_or_sum()? else {
                return Err(("`.isin` takes a list".to_owned(), place));
            };
            if !self.takes(")") {
                return Err(("`)` is missing".to_owned(), self.place()));
            }
            return Ok(Expression::Among(of, words));
        }
        let (words, _) = self.words(")")?;
        match (method, words.as_slice()) {
            ("isnull" | "isna", []) => Ok(Expression::IsNull(of)),
            ("notnull" | "notna", []) => Ok(Expression::Not(Box::new(Expression::IsNull(of)))),
            ("between", [low, high]) => {
                let word = |word: &Word| Box::new(Expression::Word(word.clone()));
                let above = Expression::Compare(Comparison::GreaterOrEqual, of.clone(), word(low));
                let below = Expression::Compare(Comparison::LessOrEqual, of, word(high));
                Ok(Expression::All(vec![above, below]))
            }
            ("str.startswith" | "str.endswith" | "str.contains", [Word::Text(text)]) => {
                let plain = regex::escape(text);
                let expression = match method {
                    "str.startswith" => format!(r"\A(?:{plain})"),
                    "str.endswith" => format!(r"(?:{plain})\Z"),
                    _ => text.clone(),
                };
                let pattern = Pattern::python(&expression).map_err(|why| (why, place))?;
                Ok(Expression::Looks(of, pattern))
            }
            _ => Err((
                format!("`.{method}` with {} values is not known", words.len()),
                place,
            )),
        }
    }

    fn atom(&mut self) -> Result<Expression, Wrong> {
        let place = self.place();
        if self.takes("(") {
            let inner = self.any()?;
            if !self.takes(")") {
                return Err(("`)` is missing".to_owned(), self.place()));
            }
            return Ok(inner);
        }
        match self.next() {
            Some(Token::Number(value)) => Ok(Expression::Word(Word::Number(value))),
            Some(Token::Text(text)) => Ok(Expression::Word(Word::Text(text))),
            Some(Token::Quoted(name)) => Ok(Expression::Column(name)),
            Some(Token::Name(name)) => match name.as_str() {
                "True" => Ok(Expression::Word(Word::Truth(true))),
                "False" => Ok(Expression::Word(Word::Truth(false))),
                "index" => Ok(Expression::Row),
                "and" | "or" | "not" | "in" | "None" => {
                    Err((format!("`{name}` is no value"), place))
                }
                _ => Ok(Expression::Column(name)),
            },
            Some(Token::Sign(sign)) => Err((format!("`{sign}` is no value"), place)),
            None => Err(("a value is missing".to_owned(), place)),
        }
    }

    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|(token, _)| token)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek(0).cloned();
        self.at += 1;
        token
    }

    fn place(&self) -> usize {
        self.tokens
            .get(self.at)
            .map_or(self.end, |(_, place)| *place)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(0), Some(Token::Sign(next)) if *next == sign)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is = self.is(sign);
        self.at += usize::from(is);
        is
    }

    fn takes_name(&mut self, name: &str) -> bool {
        let is = matches!(self.peek(0), Some(Token::Name(next)) if next == name);
        self.at += usize::from(is);
        is
    }
}

enum Operator {
    Compare(Comparison),
    /// `in`, or `not in`.
    In(bool),
}

/// What stands right of a comparison.
enum Side {
    One(Expression),
    List(Vec<Word>),
}

fn joined(left: Expression, operator: Operator, right: Side) -> Expression {
    let left = Box::new(left);
    match (operator, right) {
        (Operator::Compare(how), Side::One(right)) => {
            Expression::Compare(how, left, Box::new(right))
        }
        (Operator::In(true) | Operator::Compare(Comparison::Equal), Side::List(words)) => {
            Expression::Among(left, words)
        }
        (Operator::In(false) | Operator::Compare(_), Side::List(words)) => {
            Expression::Not(Box::new(Expression::Among(left, words)))
        }
        (Operator::In(is), Side::One(right)) => {
            let how = if is {
                Comparison::Equal
            } else {
                Comparison::NotEqual
            };
            Expression::Compare(how, left, Box::new(right))
        }
    }
}

fn one_or(mut parts: Vec<Expression>, many: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}
