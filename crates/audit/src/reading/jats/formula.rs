//! Formulas as a line of text: `10⁻³`, `a/b`.

use super::line::Line;
use crate::reading::words;
use crate::reading::xml::{Child, Element};

/// Appends MathML.
pub(super) fn push<'t>(element: Element<'t>, line: &mut Line<'t>) {
    let parts: Vec<Element<'t>> = element.elements().collect();
    match (element.local(), &parts[..]) {
        ("msup", [base, above]) => {
            push(*base, line);
            push_power(*above, line);
        }
        ("msub", [base, below]) => {
            push(*base, line);
            line.push_below(&of(*below));
        }
        ("msubsup", [base, below, above]) => {
            push(*base, line);
            line.push_below(&of(*below));
            push_power(*above, line);
        }
        ("munder" | "mover", [base, accent]) if is_accent(*accent) => {
            push(*base, line);
            push(*accent, line);
        }
        ("munder" | "mover", [base, other]) => {
            push(*base, line);
            line.push(&format!("({}) ", of(*other)));
        }
        ("munderover", [base, from, to]) => {
            push(*base, line);
            line.push(&format!("({} to {}) ", of(*from), of(*to)));
        }
        ("mfrac", [above, below]) => {
            part_from_number(line);
            line.push(&format!("{}/{}", grouped(*above), grouped(*below)));
            line.close();
        }
        ("msqrt", _) => push_root("", &all(element), line),
        ("mroot", [inside, index]) => {
            push_root(&words::raised(&of(*index)), &of(*inside), line);
        }
        ("mfenced", _) => push_fenced(element, &parts, line),
        ("mtable", _) => {
            let cells: Vec<String> = element.all("mtd").into_iter().map(all).collect();
            part_from_number(line);
            line.push(&cells.join(" "));
            line.close();
        }
        ("mspace", _) => {
            let width = element.attribute("width").unwrap_or("0").trim();
            if !width.starts_with('-') && width.contains(|c: char| ('1'..='9').contains(&c)) {
                line.blank();
            }
        }
        ("mtext", _) => {
            for child in element.children() {
                match child {
                    Child::Text(words) => line.push(words),
                    Child::Element(inside) => push(inside, line),
                }
            }
        }
        ("annotation" | "annotation-xml" | "mphantom", _) => {}
        ("mo", _) => push_sign(&all(element), line),
        _ => push_all(element, line),
    }
}

fn push_sign(sign: &str, line: &mut Line<'_>) {
    // A sign that begins a number stands close to it.
    let begins = line.text().is_empty()
        || line
            .text()
            .ends_with(|c: char| c.is_whitespace() || "([{".contains(c));
    let spaced = match sign {
        "=" | "<" | ">" | "≤" | "≥" | "≈" | "×" => true,
        "±" | "+" | "−" => !begins,
        _ => false,
    };
    if spaced {
        line.blank();
        line.push(sign);
        line.blank();
    } else {
        line.push(sign);
    }
}

fn push_all<'t>(element: Element<'t>, line: &mut Line<'t>) {
    for child in element.children() {
        match child {
            Child::Text(words) => line.push(words.trim()),
            Child::Element(inside) => push(inside, line),
        }
    }
}

/// What stands raised: `10⁻³`, `e^(−x)`.
fn push_power<'t>(above: Element<'t>, line: &mut Line<'t>) {
    let text = of(above);
    let raised = words::raised(&text);
    if raised == text && text.contains(char::is_alphanumeric) {
        line.push(&words::power(&text));
    } else {
        line.push(&raised);
    }
}

fn push_root(index: &str, inside: &str, line: &mut Line<'_>) {
    part_from_number(line);
    line.push(&format!("{index}√{}", in_brackets(inside.to_owned())));
    line.close();
}

/// Brackets that the attributes name, and the signs between the parts.
fn push_fenced<'t>(element: Element<'t>, parts: &[Element<'t>], line: &mut Line<'t>) {
    let separators: Vec<char> = element
        .attribute("separators")
        .unwrap_or(",")
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    line.push(element.attribute("open").unwrap_or("("));
    for (at, part) in parts.iter().enumerate() {
        // The last sign stands for all that are missing.
        if at > 0 {
            if let Some(sign) = separators.get(at - 1).or(separators.last()) {
                line.push(sign.encode_utf8(&mut [0; 4]));
            }
            line.blank();
        }
        push(*part, line);
    }
    line.push(element.attribute("close").unwrap_or(")"));
}

/// Parts a number from a fraction behind it: 3 and 1/2 are not 31/2.
fn part_from_number(line: &mut Line<'_>) {
    if line.ends_in_digit() {
        line.blank();
    }
}

/// A bar, hat or tilde over a letter.
fn is_accent(element: Element<'_>) -> bool {
    element.local() == "mo"
        && !all(element).contains(|c: char| c.is_alphanumeric() || "→∞".contains(c))
}

fn grouped(element: Element<'_>) -> String {
    in_brackets(of(element))
}

fn in_brackets(part: String) -> String {
    if part.contains(' ') {
        format!("({part})")
    } else {
        part
    }
}

/// A part as a line of its own.
fn of(element: Element<'_>) -> String {
    let mut line = Line::default();
    push(element, &mut line);
    line.finish().0
}

fn all(element: Element<'_>) -> String {
    let mut line = Line::default();
    push_all(element, &mut line);
    line.finish().0
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
        let read = |xml: &str| of(parse(xml).expect("it is XML").root());
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
            read("<math><mo>(</mo><mo>−</mo><mn>1</mn><mo>−</mo><mi>x</mi><mo>)</mo></math>"),
            "(−1 − x)"
        );
        assert_eq!(
            read("<math><msup><mi>e</mi><mrow><mo>-</mo><mi>x</mi></mrow></msup></math>"),
            "e^(-x)"
        );
        assert_eq!(
            tex("\\documentclass{x}\\begin{document}$$p<0.05$$\\end{document}"),
            "p<0.05"
        );
    }
}
