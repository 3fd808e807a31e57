use maud::{Markup, PreEscaped, html};

use super::Writer;
use super::span::mark;
use crate::page::{Align, Block, Cell, Column, Table, VerdictCard};

impl Writer<'_> {
    pub(super) fn block(&mut self, block: &Block) -> Markup {
        match block {
            Block::Heading { level, text, id } => self.heading(*level, text, id),
            Block::Paragraph(spans) => html! { p { (self.spans(spans)) } },
            Block::List(items) => html! {
                ul { @for item in items { li { (self.spans(item)) } } }
            },
            Block::Table(table) => self.table(table),
            Block::VerdictCard(card) => self.card(card),
            Block::KeyValues(pairs) => self.key_values(pairs),
            Block::Figure { caption, plot, alt } => html! {
                figure {
                    // The plotter escapes all words it is given.
                    (PreEscaped(plot.svg(alt)))
                    figcaption { (caption) }
                }
            },
            Block::Note { kind, text } => html! {
                div class={ "note " (kind.name()) } role="note" {
                    p { strong.note-word { (kind.word()) "." } " " (self.spans(text)) }
                }
            },
            Block::Code(text) => html! { pre tabindex="0" { code { (text) } } },
        }
    }

    fn key_values(&self, pairs: &[(String, Cell)]) -> Markup {
        html! {
            dl.facts {
                @for (name, cell) in pairs {
                    div { dt { (name) } dd { (self.spans(&cell.0)) } }
                }
            }
        }
    }

    fn card(&self, card: &VerdictCard) -> Markup {
        html! {
            section class={ "card " (card.badge.tone.name()) } aria-label=(card.title) {
                p.card-title { strong { (card.title) } " " (mark(&card.badge)) }
                @if !card.sentence.is_empty() { p { (self.spans(&card.sentence)) } }
                @if !card.rows.is_empty() { (self.key_values(&card.rows)) }
            }
        }
    }

    fn table(&self, table: &Table) -> Markup {
        let empty = Cell::default();
        html! {
            div.table tabindex="0" role="group" aria-label=(if table.caption.is_empty() { "Table" } else { &table.caption }) {
                table {
                    @if !table.caption.is_empty() { caption { (table.caption) } }
                    thead {
                        tr {
                            @for column in &table.columns {
                                th scope="col" class=(class(column)) { (column.title) }
                            }
                        }
                    }
                    tbody {
                        @for row in &table.rows {
                            tr {
                                @for (i, column) in table.columns.iter().enumerate() {
                                    @let cell = self.spans(&row.get(i).unwrap_or(&empty).0);
                                    @if column.names_row {
                                        th scope="row" class=(class(column)) { (cell) }
                                    } @else {
                                        td class=(class(column)) { (cell) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn class(column: &Column) -> &'static str {
    match column.align {
        Align::Start => "start",
        Align::Center => "center",
        Align::End => "end",
    }
}
