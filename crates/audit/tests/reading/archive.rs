//! JATS as archives hold it: what publishers leave to the page, and the forms of older files.

use galen_audit::{Block, Format, Kind, Paper, Piece, read};

use crate::markup::{caption, heading};

fn paper(article: &str) -> Paper {
    let xml = format!(
        r#"<?xml version="1.0"?><article xmlns:xlink="x" xmlns:mml="m">{article}</article>"#
    );
    read(xml.as_bytes(), "paper.xml").unwrap_or_else(|error| panic!("{error}"))
}

/// Each block: its kind, the headings above it, its words.
fn blocks(paper: &Paper) -> Vec<(Kind, String, &str)> {
    let block = |block: &Block| {
        let section = block.section.join(" > ");
        (
            block.kind.clone(),
            section,
            &paper.text[block.range.clone()],
        )
    };
    paper.blocks.iter().map(block).collect()
}

fn expected<'a>(blocks: &[(Kind, &str, &'a str)]) -> Vec<(Kind, String, &'a str)> {
    let owned = |(kind, section, words): &(Kind, &str, &'a str)| {
        (kind.clone(), (*section).to_owned(), *words)
    };
    blocks.iter().map(owned).collect()
}

fn body(inside: &str) -> Paper {
    paper(&format!("<body>{inside}</body>"))
}

/// The only paragraph of a body.
fn words(inside: &str) -> String {
    body(&format!("<p>{inside}</p>")).text.trim_end().to_owned()
}

fn text(paper: &Paper) -> Vec<&str> {
    paper.text.lines().collect()
}

#[test]
fn a_reference_that_is_not_raised_is_no_digit_of_the_number_before_it() {
    let reference = |mark: &str| format!(r#"<xref ref-type="bibr" rid="b">{mark}</xref>"#);
    let note = |mark: &str| format!(r#"<xref ref-type="table-fn" rid="n">{mark}</xref>"#);
    assert_eq!(
        words(&format!("114{} (20.0%)", reference("3"))),
        "114³ (20.0%)"
    );
    assert_eq!(
        words(&format!("n=<italic>12</italic>{} men", note("a"))),
        "n=12ᵃ men"
    );
    assert_eq!(words(&format!("(g per day){}", note("a"))), "(g per day)ᵃ");
    assert_eq!(
        words(&format!("41.4%{} in years{}", note("ab"), note("d"))),
        "41.4%ᵃᵇ in yearsᵈ"
    );
    assert_eq!(
        words(&format!(
            "in 2019{},{}–{}. So",
            reference("4"),
            reference("5"),
            reference("7")
        )),
        "in 2019⁴,⁵–⁷. So"
    );
    let row = format!(
        "<table-wrap><table><tr><td>Women</td><td>236{} (41.4)</td></tr></table></table-wrap>",
        note("1")
    );
    assert_eq!(text(&body(&row)), ["Women\t236¹ (41.4)"]);
}

#[test]
fn a_reference_in_brackets_or_of_words_stays_as_it_is() {
    let reference = |mark: &str| format!(r#"<xref ref-type="bibr" rid="b">{mark}</xref>"#);
    assert_eq!(
        words(&format!(
            "as [{},{}-{}] and ({}) in {}",
            reference("1"),
            reference("2"),
            reference("4"),
            reference("Moor, 2019"),
            reference("5")
        )),
        "as [1,2-4] and (Moor, 2019) in 5"
    );
    assert_eq!(
        words(&format!("by others.{}", reference("Moor 2019"))),
        "by others. Moor 2019"
    );
    assert_eq!(
        words(r#"in Figure <xref ref-type="fig" rid="f">1</xref><xref ref-type="fig">a</xref>"#),
        "in Figure 1a"
    );
    assert_eq!(
        words(r#"cases<sup><xref ref-type="bibr">1</xref>,<xref ref-type="bibr">2</xref></sup>"#),
        "cases¹,²"
    );
}

#[test]
fn statements_of_the_front_matter_stand_under_headings_of_their_own() {
    let paper = paper(
        r#"<front><article-meta><title-group><article-title>Sepsis</article-title></title-group>
        <author-notes><corresp>ada@example.org</corresp>
          <fn fn-type="COI-statement"><p>None declared.</p></fn>
          <fn fn-type="con"><p>AE trained the model.</p></fn>
          <fn fn-type="deceased"><p>Deceased.</p></fn></author-notes>
        <abstract><p>Sepsis kills.</p></abstract>
        <trans-abstract><p>La septicémie tue.</p></trans-abstract>
        <funding-group><funding-statement>The SNSF paid.</funding-statement></funding-group>
        <custom-meta-group><custom-meta><meta-name>Data Availability</meta-name>
          <meta-value>All data are at Zenodo.</meta-value></custom-meta></custom-meta-group>
        </article-meta>
        <notes><title>Ethics</title><p>Consent was waived.</p></notes></front>
        <body><p>We trained a model.</p></body>"#,
    );
    assert_eq!(
        blocks(&paper),
        expected(&[
            (Kind::Title, "", "Sepsis"),
            (heading(1), "", "Abstract"),
            (Kind::Abstract, "Abstract", "Sepsis kills."),
            (Kind::Furniture, "", "ada@example.org"),
            (Kind::Furniture, "", "Deceased."),
            (Kind::Paragraph, "", "We trained a model."),
            (heading(1), "", "Funding"),
            (Kind::Paragraph, "Funding", "The SNSF paid."),
            (heading(1), "", "Data availability"),
            (
                Kind::Paragraph,
                "Data availability",
                "All data are at Zenodo."
            ),
            (heading(1), "", "Competing interests"),
            (Kind::Paragraph, "Competing interests", "None declared."),
            (heading(1), "", "Contributions"),
            (Kind::Paragraph, "Contributions", "AE trained the model."),
            (heading(1), "", "Ethics"),
            (Kind::Paragraph, "Ethics", "Consent was waived."),
        ])
    );
}

#[test]
fn tables_behind_the_text_are_read_and_stand_under_no_heading() {
    for floats in ["floats-group", "floats-wrap"] {
        let paper = paper(&format!(
            "<body><sec><title>Competing interests</title><p>None.</p></sec></body>
            <{floats}><table-wrap><label>Table 1</label><table><tr><td>Age</td><td>67</td></tr></table></table-wrap></{floats}>"
        ));
        assert_eq!(
            blocks(&paper)[2..],
            expected(&[
                (caption(Piece::Table, "Table 1"), "", "Table 1"),
                (Kind::Row, "", "Age\t67"),
            ]),
            "{floats}"
        );
    }
}

#[test]
fn an_empty_link_reads_as_its_address() {
    assert_eq!(
        words(
            r#"Code: <ext-link ext-link-type="uri" xlink:href="https://example.org/a"/>. Data: <uri xlink:href="https://example.org/b"> </uri>.
            See <ext-link xlink:href="https://example.org/c">here</ext-link>."#
        ),
        "Code: https://example.org/a. Data: https://example.org/b. See here."
    );
}

#[test]
fn what_a_table_or_figure_holds_beside_its_caption_is_read() {
    let paper = body(
        r#"<table-wrap><label>Box 1</label><caption><p>Criteria</p></caption>
          <list><list-item><p>Adults</p></list-item></list><disp-quote><p>No child.</p></disp-quote></table-wrap>
        <fig><label>Fig 1</label><caption><p>Flow.</p></caption><p>All stays.</p><graphic xlink:href="f"/></fig>
        <media xlink:href="v"><label>Video 1</label><caption><p>A ward.</p></caption></media>"#,
    );
    assert_eq!(
        blocks(&paper),
        expected(&[
            (caption(Piece::Table, "Box 1"), "", "Box 1 Criteria"),
            (Kind::ListItem, "", "Adults"),
            (Kind::Paragraph, "", "No child."),
            (caption(Piece::Figure, "Fig 1"), "", "Fig 1 Flow."),
            (Kind::Paragraph, "", "All stays."),
            (caption(Piece::Figure, "Video 1"), "", "Video 1 A ward."),
        ])
    );
    assert_eq!(paper.warnings, [""; 0]);
}

#[test]
fn a_table_that_is_a_picture_is_still_warned_of() {
    let paper = body(
        r#"<table-wrap><label>Table 2.</label><caption><p>Ages</p></caption><graphic xlink:href="t"/></table-wrap>"#,
    );
    assert_eq!(
        paper.warnings,
        ["Table 2 is a picture; its cells were not read."]
    );
}

#[test]
fn words_before_and_behind_a_figure_or_list_stay_apart() {
    let paper = body(
        "<p>It is shown.<fig><label>Figure 1</label></fig>Controls were 12<table-wrap><label>Table 1</label></table-wrap>34.</p>
        <list><list-item><p>Before<list><list-item><p>Inner</p></list-item></list>after.</p></list-item></list>",
    );
    assert_eq!(
        text(&paper),
        [
            "It is shown. Controls were 12 34.",
            "Figure 1",
            "Table 1",
            "Before after.",
            "Inner"
        ]
    );
}

#[test]
fn numbers_below_the_line_stay_apart_from_numbers_beside_them() {
    assert_eq!(
        words("0.85<sub>0.80–0.90</sub> and log<sub>10</sub>5, log<sub>10</sub> 5"),
        "0.85 0.80–0.90 and log10 5, log10 5"
    );
    assert_eq!(
        words("CO<sub>2</sub>, HbA<sub>1c</sub>, C<sub>max</sub>, H<sub>2</sub>O"),
        "CO2, HbA1c, Cmax, H2O"
    );
}

#[test]
fn raised_letters_behind_a_number_are_no_part_of_it() {
    assert_eq!(
        words("0.85<sup>1a</sup> 12<sup>ab</sup> 34<sup>A</sup> 10<sup>x</sup> 5<sup>th</sup>"),
        "0.85¹ᵃ 12ᵃᵇ 34^A 10ˣ 5th"
    );
}

#[test]
fn a_formula_keeps_its_blanks_and_brackets() {
    let math = |inside: &str| words(&format!("<mml:math>{inside}</mml:math>"));
    assert_eq!(
        math("<mml:mfenced open='['><mml:mn>1</mml:mn><mml:mn>2</mml:mn></mml:mfenced>"),
        "[1, 2)"
    );
    assert_eq!(
        math(
            "<mml:mtable><mml:mtr><mml:mtd><mml:mn>12</mml:mn></mml:mtd><mml:mtd><mml:mn>34</mml:mn></mml:mtd></mml:mtr></mml:mtable><mml:mo>,</mml:mo>"
        ),
        "12 34,"
    );
    assert_eq!(
        math("<mml:mn>95</mml:mn><mml:mspace width='1em'/><mml:mn>12</mml:mn>"),
        "95 12"
    );
    assert_eq!(
        math("<mml:mi>x</mml:mi><mml:mtext>&#xa0;if </mml:mtext><mml:mi>y</mml:mi>"),
        "x if y"
    );
    assert_eq!(
        math("<mml:mn>5</mml:mn><mml:mroot><mml:mn>8</mml:mn><mml:mn>3</mml:mn></mml:mroot>"),
        "5 ³√8"
    );
    assert_eq!(
        math("<mml:msub><mml:mn>10</mml:mn><mml:mn>2</mml:mn></mml:msub><mml:mn>3</mml:mn>"),
        "10 2 3"
    );
    assert_eq!(
        math(
            "<mml:munderover><mml:mo>∑</mml:mo><mml:mrow><mml:mi>i</mml:mi><mml:mo>=</mml:mo><mml:mn>1</mml:mn></mml:mrow><mml:mn>5</mml:mn></mml:munderover><mml:mn>3</mml:mn>"
        ),
        "∑(i = 1 to 5) 3"
    );
    assert_eq!(
        math("<mml:mover><mml:mi>y</mml:mi><mml:mo>^</mml:mo></mml:mover>"),
        "y^"
    );
}

#[test]
fn a_table_in_a_cell_is_read_once() {
    let paper = body(
        "<table-wrap><table><tr><td>Age</td><td><table><tr><td>67</td><td>64</td></tr></table></td></tr></table></table-wrap>",
    );
    assert_eq!(text(&paper), ["Age\t67 64"]);
}

#[test]
fn cells_of_the_model_of_oasis_are_read() {
    let paper = body(
        r#"<table-wrap><oasis:table><oasis:tgroup><oasis:colspec colname="a"/><oasis:colspec colname="b"/><oasis:colspec colname="c"/>
        <oasis:thead><oasis:row><oasis:entry morerows="1">Group</oasis:entry><oasis:entry namest="b" nameend="c">Sepsis</oasis:entry></oasis:row>
        <oasis:row><oasis:entry>n</oasis:entry><oasis:entry>%</oasis:entry></oasis:row></oasis:thead></oasis:tgroup></oasis:table></table-wrap>"#,
    );
    assert_eq!(text(&paper), ["Group\tSepsis\t", "\tn\t%"]);
}

#[test]
fn text_before_the_first_section_is_not_under_the_abstract() {
    let paper = paper(
        "<front><article-meta><abstract><sec><title>Conclusions</title><p>It works.</p></sec></abstract></article-meta></front>
        <body><p>Sepsis kills.</p><sec><title>Methods</title><p>We trained a model.</p></sec></body>",
    );
    assert_eq!(
        blocks(&paper)[2..4],
        expected(&[
            (Kind::Abstract, "Abstract > Conclusions", "It works."),
            (Kind::Paragraph, "", "Sepsis kills."),
        ])
    );
}

#[test]
fn notes_at_the_end_are_not_under_the_heading_before_them() {
    let paper = paper(
        "<body><sec><title>Conclusion</title><p>It works.</p></sec></body>
        <back><ref-list><ref><mixed-citation>Moor M. Sepsis.</mixed-citation></ref></ref-list>
        <fn-group><fn><p>Funding: SNSF.</p></fn></fn-group><sec><p>Data: Zenodo.</p></sec></back>",
    );
    assert_eq!(
        blocks(&paper)[4..],
        expected(&[
            (Kind::Footnote, "", "Funding: SNSF."),
            (Kind::Paragraph, "", "Data: Zenodo."),
        ])
    );
}

#[test]
fn behind_a_box_or_a_smaller_section_the_outer_heading_holds_again() {
    let parts = [
        "<boxed-text><label>Box 1</label><caption><title>In short</title></caption><p>In it.</p></boxed-text>",
        "<statement><label>Box 1</label><title>In short</title><p>In it.</p></statement>",
        "<sec><title>Box 1 In short</title><p>In it.</p></sec>",
    ];
    for part in parts {
        for article in [
            format!("<body><sec><title>Methods</title>{part}<p>Behind it.</p></sec></body>"),
            format!("<back><app><title>Methods</title>{part}<p>Behind it.</p></app></back>"),
        ] {
            assert_eq!(
                blocks(&paper(&article)),
                expected(&[
                    (heading(1), "", "Methods"),
                    (heading(2), "Methods", "Box 1 In short"),
                    (Kind::Paragraph, "Methods > Box 1 In short", "In it."),
                    (Kind::Paragraph, "Methods", "Behind it."),
                ]),
                "{article}"
            );
        }
    }
}

#[test]
fn a_note_inside_a_sentence_comes_behind_the_paragraph() {
    let paper = paper(
        "<front><article-meta><title-group><article-title>Sepsis<fn><p>Shown at a congress.</p></fn></article-title></title-group></article-meta></front>
        <body><p>We took 12 cases<fn><label>1</label><p>Of 20 seen.</p></fn> in all.</p></body>",
    );
    assert_eq!(
        blocks(&paper),
        expected(&[
            (Kind::Title, "", "Sepsis"),
            (Kind::Footnote, "", "Shown at a congress."),
            (Kind::Paragraph, "", "We took 12 cases in all."),
            (Kind::Footnote, "", "1 Of 20 seen."),
        ])
    );
}

#[test]
fn a_table_inside_an_item_or_a_paragraph_keeps_its_cells() {
    let table = "<table><tr><td>Age</td><td>67</td></tr></table>";
    let paper = body(&format!(
        "<list><list-item><p>Adults</p><table-wrap><label>Table 1</label>{table}</table-wrap></list-item>
        <list-item><p>Stays<fig><label>Figure 1</label></fig></p></list-item></list><p>Ages:{table}are whole.</p>"
    ));
    assert_eq!(
        blocks(&paper),
        expected(&[
            (Kind::ListItem, "", "Adults"),
            (caption(Piece::Table, "Table 1"), "", "Table 1"),
            (Kind::Row, "", "Age\t67"),
            (Kind::ListItem, "", "Stays"),
            (caption(Piece::Figure, "Figure 1"), "", "Figure 1"),
            (Kind::Paragraph, "", "Ages: are whole."),
            (Kind::Row, "", "Age\t67"),
        ])
    );
}

#[test]
fn a_list_of_the_abstract_is_abstract() {
    let paper = paper(
        "<front><article-meta><abstract><p>We found:<list><list-item><p>an AUROC of 0.85</p></list-item></list></p></abstract></article-meta></front>",
    );
    assert_eq!(
        blocks(&paper)[1..],
        expected(&[
            (Kind::Abstract, "Abstract", "We found:"),
            (Kind::Abstract, "Abstract", "an AUROC of 0.85"),
        ])
    );
}

#[test]
fn a_file_beside_the_paper_is_a_caption_and_how_to_fetch_it_is_furniture() {
    let fetch = "<media xlink:href='x'><caption><p>Click here for additional data file.</p></caption></media>";
    let paper = body(&format!(
        "<sec><title>Results</title><supplementary-material><label>S1 Table</label><caption><title>Codes.</title></caption>{fetch}</supplementary-material>
        <p><supplementary-material>{fetch}</supplementary-material></p><p>Behind it.</p></sec>"
    ));
    assert_eq!(
        blocks(&paper)[1..],
        expected(&[
            (
                caption(Piece::Table, "S1 Table"),
                "Results",
                "S1 Table Codes."
            ),
            (
                Kind::Furniture,
                "Results",
                "Click here for additional data file."
            ),
            (
                Kind::Furniture,
                "Results",
                "Click here for additional data file."
            ),
            (Kind::Paragraph, "Results", "Behind it."),
        ])
    );
}

#[test]
fn the_parts_of_a_reference_that_touch_stay_apart() {
    let parts = "<person-group><name><surname>Locker</surname><given-names>D</given-names></name></person-group><article-title>Oral health</article-title><source>Community Dent</source><year>1988</year><volume>5</volume>:<fpage>3</fpage>–<lpage>18</lpage>";
    for citation in ["citation", "mixed-citation", "nlm-citation"] {
        let paper = paper(&format!(
            "<back><ref-list><ref><{citation}>{parts}</{citation}></ref></ref-list></back>"
        ));
        assert_eq!(
            text(&paper),
            [
                "References",
                "Locker D Oral health Community Dent 1988 5:3–18"
            ],
            "{citation}"
        );
    }
}

#[test]
fn a_colon_between_title_and_subtitle_is_not_doubled() {
    let title = |title: &str| {
        let group =
            format!("<title-group>{title}<subtitle>a cohort study</subtitle></title-group>");
        paper(&format!(
            "<front><article-meta>{group}</article-meta></front>"
        ))
        .title
    };
    assert_eq!(
        title("<article-title>Sepsis:</article-title>").as_deref(),
        Some("Sepsis: a cohort study")
    );
    assert_eq!(
        title("<article-title>Sepsis</article-title>").as_deref(),
        Some("Sepsis: a cohort study")
    );
}

#[test]
fn comments_and_prefixes_do_not_hide_an_article() {
    let files = [
        "<!-- for <html> --><article><body><sec><title>Methods</title></sec></body></article>",
        "<?xml version='1.0'?><!-- <html> --><article><body><sec><title>Methods</title></sec></body></article>",
        "<j:article xmlns:j='j'><j:body><j:sec><j:title>Methods</j:title></j:sec></j:body></j:article>",
        "<!DOCTYPE j:article [<!ENTITY own '>'>] ><j:article xmlns:j='j'><j:body><j:sec><j:title>Methods</j:title></j:sec></j:body></j:article>",
    ];
    for file in files {
        let paper = read(file.as_bytes(), "paper.xml").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(paper.format, Format::Jats, "{file}");
        assert_eq!(
            blocks(&paper),
            expected(&[(heading(1), "", "Methods")]),
            "{file}"
        );
    }
    let page = "<?xml version='1.0'?><!-- of <article> --><!DOCTYPE html><html><body><p>Sepsis kills.</p></body></html>";
    let paper = read(page.as_bytes(), "page").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(paper.format, Format::Html);
}
