//! Formulas as a line of text: `10⁻³`, `a/b`.

use crate::reading::words;
use crate::reading::xml::{Child, Element};

/// Appends MathML.
pub(super) fn push(element: Element<'_>, text: &mut String) {
    let parts: Vec<Element<'_>> = element.elements().collect();
    match (element.local(), &parts[..]) {
        ("msup", [base, above]) => {
            push(*base, text);
            text.push_str(&words::raised(&line(*above)));
        }
        ("msubsup", [base, below, above]) => {
            push(*base, text);
            push(*below, text);
            text.push_str(&words::raised(&line(*above)));
        }
        ("mfrac", [above, below]) => {
            push_grouped(*above, text);
            text.push('/');
            push_grouped(*below, text);
        }
        ("msqrt", _) => {
            text.push('√');
            push_all(element, text);
        }
        ("annotation" | "annotation-xml", _) => {}
        ("mo", _) => {
            let sign = line_of_text(element);
            let spaced = matches!(
                sign.as_str(),
                "=" | "<" | ">" | "≤" | "≥" | "±" | "≈" | "×" | "+" | "−"
            );
            if spaced {
                text.push(' ');
            }
            text.push_str(&sign);
            if spaced {
                text.push(' ');
            }
        }
        _ => push_all(element, text),
    }
}

fn push_all(element: Element<'_>, text: &mut String) {
    for child in element.children() {
        match child {
            Child::Text(words) => text.push_str(words.trim()),
            Child::Element(inside) => push(inside, text),
        }
    }
}

fn push_grouped(element: Element<'_>, text: &mut String) {
    let part = line(element);
    if part.contains(' ') {
        text.push('(');
        text.push_str(&part);
        text.push(')');
    } else {
        text.push_str(&part);
    }
}

fn line(element: Element<'_>) -> String {
    let mut text = String::new();
    push(element, &mut text);
    text.trim().to_owned()
}

fn line_of_text(element: Element<'_>) -> String {
    let mut text = String::new();
    push_all(element, &mut text);
    text
}

/// The formula in a source of TeX, without the frame around it.
pub(super) fn tex(source: &str) -> String {
    let inside = source
        .split_once("\\begin{document}")
        .and_then(|(_, rest)| rest.split_once("\\end{document}"))
        .map_or(source, |(inside, _)| inside);
    inside.trim().trim_matches('$').trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::xml::parse;

    #[test]
    fn a_formula_is_a_line() {
        let read = |xml: &str| line(parse(xml).expect("it is XML").root());
        assert_eq!(
            read("<math><mi>p</mi><mo>&lt;</mo><msup><mn>10</mn><mn>-3</mn></msup></math>"),
            "p < 10⁻³"
        );
        assert_eq!(
            read(
                "<math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac></math>"
            ),
            "a/(b + 1)"
        );
        assert_eq!(
            tex("\\documentclass{x}\\begin{document}$$p<0.05$$\\end{document}"),
            "p<0.05"
        );
    }
}
