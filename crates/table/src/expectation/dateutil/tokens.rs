/// The words, numbers and signs of a text; dots and commas are parts of numbers where they can be.
pub fn tokens(text: &str) -> Vec<String> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Start,
        Word,
        Number,
        WordDot,
        NumberDot,
    }
    let letters: Vec<char> = text.chars().filter(|&c| c != '\0').collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let mut token = String::new();
        let mut state = State::Start;
        let mut seen_letters = false;
        while at < letters.len() {
            let next = letters[at];
            let (is_word, is_digit) = (next.is_alphabetic(), next.is_numeric());
            let after_dot = token.ends_with('.');
            let to = match state {
                State::Start if is_word => State::Word,
                State::Start if is_digit => State::Number,
                State::Start => {
                    token.push(if next.is_whitespace() { ' ' } else { next });
                    at += 1;
                    break;
                }
                State::Word if is_word => State::Word,
                State::Word if next == '.' => State::WordDot,
                State::Number if is_digit => State::Number,
                State::Number if next == '.' || (next == ',' && token.chars().count() >= 2) => {
                    State::NumberDot
                }
                State::WordDot if next == '.' || is_word => State::WordDot,
                State::WordDot if is_digit && after_dot => State::NumberDot,
                State::NumberDot if next == '.' || is_digit => State::NumberDot,
                State::NumberDot if is_word && after_dot => State::WordDot,
                _ => break,
            };
            seen_letters |= matches!(state, State::Word | State::WordDot);
            state = to;
            token.push(next);
            at += 1;
        }
        // A character after a word makes it one of letters, even if it does not belong to it.
        seen_letters |= at < letters.len() && matches!(state, State::Word | State::WordDot);
        let dotted = matches!(state, State::WordDot | State::NumberDot);
        let is_several =
            seen_letters || token.matches('.').count() > 1 || token.ends_with(['.', ',']);
        if dotted && is_several {
            split_at_dots(&token, &mut tokens);
        } else if state == State::NumberDot && !token.contains('.') {
            tokens.push(token.replace(',', "."));
        } else {
            tokens.push(token);
        }
    }
    tokens
}

fn split_at_dots(token: &str, tokens: &mut Vec<String>) {
    let mut part = String::new();
    for letter in token.chars() {
        if letter == '.' || letter == ',' {
            tokens.push(std::mem::take(&mut part));
            tokens.push(letter.to_string());
        } else {
            part.push(letter);
        }
    }
    tokens.push(part);
    tokens.retain(|token| !token.is_empty());
}
