//! A page as Markdown.

use galen_dossier::{Block, Cell, NoteKind, Page, Span};

/// The page as Markdown with tables. What no file of this kind can hold, such as a picture, is its caption.
pub fn markdown(page: &Page) -> String {
    let mut out = format!("# {}\n\n{}\n", plain(&page.title), plain(&page.subtitle));
    for block in &page.blocks {
        out.push('\n');
        out.push_str(&of_block(block));
    }
    out.push('\n');
    for (name, value) in &page.foot {
        out.push_str(&format!("{}: `{value}`  \n", plain(name)));
    }
    out
}

fn of_block(block: &Block) -> String {
    match block {
        Block::Heading { level, text, .. } => {
            format!("{} {}\n", "#".repeat(usize::from(*level) + 1), plain(text))
        }
        Block::Paragraph(spans) => format!("{}\n", inline(spans)),
        Block::List(items) => items
            .iter()
            .map(|item| format!("- {}\n", inline(item)))
            .collect(),
        Block::KeyValues(pairs) => pairs
            .iter()
            .map(|(name, cell)| format!("- **{}**: {}\n", plain(name), inline(&cell.0)))
            .collect(),
        Block::Note { kind, text } => {
            let word = match kind {
                NoteKind::Info => "Note",
                NoteKind::Warn => "Warning",
                NoteKind::Stop => "Stop",
            };
            format!("> **{word}.** {}\n", inline(text))
        }
        Block::Table(table) => {
            let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
            let titles = table
                .columns
                .iter()
                .map(|column| cell(&plain(&column.title)))
                .collect();
            let rule = table.columns.iter().map(|_| "---".to_owned()).collect();
            let row = |row: &Vec<Cell>| line(row.iter().map(|one| cell(&inline(&one.0))).collect());
            let rows: String = table.rows.iter().map(row).collect();
            format!("{}{}{rows}", line(titles), line(rule))
        }
        Block::VerdictCard(card) => format!(
            "**{}** ({}) {}\n",
            plain(&card.title),
            plain(&card.badge.label),
            inline(&card.sentence)
        ),
        Block::Figure { caption, .. } => format!("*{}*\n", plain(caption)),
        Block::Code(text) => format!("```\n{}\n```\n", text.replace("```", "'''")),
    }
}

fn inline(spans: &[Span]) -> String {
    let each = spans.iter().map(|span| match span {
        Span::Text(text) | Span::Number { text, .. } => plain(text),
        // A blank before the closing mark would make it none.
        Span::Strong(text) => {
            let end = &text[text.trim_end().len()..];
            format!("**{}**{end}", plain(text.trim_end()))
        }
        Span::Code(text) => format!("`{}`", text.replace('`', "'")),
        Span::Link { text, href } => format!("[{}]({href})", plain(text)),
        Span::Status(badge) => format!("({})", plain(&badge.label)),
    });
    each.collect()
}

/// Words that mean nothing to Markdown: what a paper says cannot become markup or a link.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' => out.push(' '),
            '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '~' => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_paper_are_no_markup() {
        let mut page = Page::new("A *bold* title");
        page.push(Block::List(vec![vec![Span::text(
            "see [here](http://x) <b>|</b>",
        )]]));
        let text = markdown(&page);
        assert!(text.starts_with("# A \\*bold\\* title\n"));
        assert!(
            text.contains("- see \\[here\\](http://x) \\<b\\>|\\</b\\>"),
            "{text}"
        );
    }
}
