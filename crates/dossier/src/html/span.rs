use maud::{Markup, html};

use super::Writer;
use crate::page::{Badge, Links, Span};

impl Writer<'_> {
    pub(super) fn spans(&self, spans: &[Span]) -> Markup {
        html! { @for span in spans { (self.span(span)) } }
    }

    fn span(&self, span: &Span) -> Markup {
        match span {
            Span::Text(text) => html! { (text) },
            Span::Strong(text) => html! { strong { (text) } },
            Span::Code(text) => html! { code { (text) } },
            Span::Link { text, href } if Links::allow(href) => html! { a href=(href) { (text) } },
            Span::Link { text, .. } => html! { (text) },
            Span::Number {
                text,
                evidence: None,
            } => html! { span.number { (text) } },
            Span::Number {
                text,
                evidence: Some(source),
            } => {
                // On paper a link is not seen: there the number of the exhibit is printed behind it.
                let number = self
                    .numbers
                    .get(source)
                    .filter(|_| self.links == &Links::Appendix);
                html! {
                    a.number href=(self.links.href(source)) title={ "Evidence: " (source.name()) } {
                        (text)
                        @if let Some(number) = number { sup aria-hidden="true" { "E" (number) } }
                    }
                }
            }
            Span::Status(badge) => mark(badge),
        }
    }
}

/// A badge with its symbol and word.
pub(super) fn mark(badge: &Badge) -> Markup {
    html! {
        span class={ "badge " (badge.tone.name()) } {
            span aria-hidden="true" { (badge.tone.symbol()) } " " (badge.label)
        }
    }
}
