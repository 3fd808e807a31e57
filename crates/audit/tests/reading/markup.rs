//! JATS, HTML and DOCX.

use std::io::{Cursor, Write};

use galen_audit::{Format, Kind, Paper, Piece, Unreadable, read};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn paper(bytes: &[u8], name: &str) -> Paper {
    read(bytes, name).unwrap_or_else(|error| panic!("{error}"))
}

fn blocks(paper: &Paper) -> Vec<(&Kind, &str)> {
    let blocks = paper.blocks.iter();
    blocks
        .map(|block| (&block.kind, paper.words(block)))
        .collect()
}

pub fn heading(level: u8) -> Kind {
    Kind::Heading { level }
}

pub fn caption(of: Piece, label: &str) -> Kind {
    Kind::Caption {
        of,
        label: label.to_owned(),
    }
}

pub const JATS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving DTD v1.2//EN" "JATS-archivearticle1.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML">
<front><article-meta>
  <title-group><article-title>Early warning of <italic>sepsis</italic></article-title></title-group>
  <contrib-group><contrib><name><surname>Example</surname><given-names>Ada</given-names></name></contrib></contrib-group>
  <aff id="a1"><label>1</label><institution>University of Somewhere</institution></aff>
  <permissions><license><license-p>CC BY 4.0</license-p></license></permissions>
  <abstract><sec><title>Background</title><p>Sepsis kills.</p></sec>
    <sec><title>Results</title><p>The AUROC was 0.85 (95% CI 0.80&#x2013;0.90).</p></sec></abstract>
  <kwd-group><kwd>sepsis</kwd><kwd>ICU</kwd></kwd-group>
</article-meta></front>
<body>
<sec><label>1</label><title>Methods</title>
  <sec><title>Patients</title>
    <p>We took 570 cases<xref ref-type="bibr"><sup>1,2</sup></xref> at 10<sup>&#x2212;3</sup>,
      <inline-formula><alternatives><inline-graphic xlink:href="x"/><mml:math><mml:mi>p</mml:mi><mml:mo>&lt;</mml:mo><mml:mn>.05</mml:mn></mml:math></alternatives></inline-formula>.
      <fig><label>Figure 1.</label><caption><title>Flow.</title><p>All stays.</p></caption><graphic xlink:href="f1"/></fig>
      Controls were 5,618.</p>
    <list list-type="bullet"><list-item><p>Adults</p></list-item><list-item><p>Stays over 6 h</p></list-item></list>
  </sec>
  <table-wrap><label>Table 1</label><caption><p>Patients</p></caption>
    <table><thead><tr><th rowspan="2">Group</th><th colspan="2">Sepsis</th></tr><tr><th>n</th><th>%</th></tr></thead>
    <tbody><tr><td>Women</td><td>236</td><td>41.4</td></tr></tbody></table>
    <table-wrap-foot><fn><p>n: number.</p></fn></table-wrap-foot></table-wrap>
</sec>
</body>
<back><ack><p>We thank all.</p></ack>
<ref-list><title>References</title>
  <ref><label>1.</label><mixed-citation>Moor M. Sepsis. 2019.</mixed-citation></ref>
  <ref><label>2.</label><element-citation><person-group><name><surname>Singer</surname><given-names>M</given-names></name></person-group><article-title>Sepsis-3</article-title><year>2016</year></element-citation></ref>
</ref-list></back>
<sub-article><body><p>Review.</p></body></sub-article>
</article>"#;

#[test]
fn jats_says_what_every_passage_is() {
    let paper = paper(JATS.as_bytes(), "paper.xml");
    assert_eq!(paper.format, Format::Jats);
    assert_eq!(paper.title.as_deref(), Some("Early warning of sepsis"));
    assert_eq!(
        blocks(&paper),
        [
            (&Kind::Title, "Early warning of sepsis"),
            (&Kind::Furniture, "Ada Example"),
            (&Kind::Furniture, "1 University of Somewhere"),
            (&heading(1), "Abstract"),
            (&heading(2), "Background"),
            (&Kind::Abstract, "Sepsis kills."),
            (&heading(2), "Results"),
            (&Kind::Abstract, "The AUROC was 0.85 (95% CI 0.80–0.90)."),
            (&Kind::Furniture, "Keywords: sepsis; ICU"),
            (&Kind::Furniture, "CC BY 4.0"),
            (&heading(1), "1 Methods"),
            (&heading(2), "Patients"),
            (
                &Kind::Paragraph,
                "We took 570 cases¹,² at 10⁻³, p < .05. Controls were 5,618."
            ),
            (
                &caption(Piece::Figure, "Figure 1"),
                "Figure 1. Flow. All stays."
            ),
            (&Kind::ListItem, "Adults"),
            (&Kind::ListItem, "Stays over 6 h"),
            (&caption(Piece::Table, "Table 1"), "Table 1 Patients"),
            (&Kind::Row, "Group\tSepsis\t"),
            (&Kind::Row, "\tn\t%"),
            (&Kind::Row, "Women\t236\t41.4"),
            (&Kind::Footnote, "n: number."),
            (&heading(1), "Acknowledgements"),
            (&Kind::Paragraph, "We thank all."),
            (&heading(1), "References"),
            (&Kind::Reference, "1. Moor M. Sepsis. 2019."),
            (&Kind::Reference, "2. M Singer. Sepsis-3. 2016"),
        ]
    );
    assert_eq!(paper.blocks[12].section, ["1 Methods", "Patients"]);
    assert_eq!(
        paper.warnings,
        ["1 parts of the file are letters or reviews beside the article; they were not read."]
    );
}

#[test]
fn the_first_article_of_a_collection_is_read() {
    let article = &JATS[JATS.find("<article").expect("there is an article")..];
    let collection = format!("<pmc-articleset>{article}</pmc-articleset>");
    let paper = paper(collection.as_bytes(), "pmc.xml");
    assert_eq!(paper.title.as_deref(), Some("Early warning of sepsis"));
}

#[test]
fn a_page_that_a_script_would_fill_is_refused() {
    let page =
        b"<!doctype html><html><body><div id='app'></div><script>fill()</script></body></html>";
    let refused = read(page, "page.html").expect_err("there are no words");
    assert!(matches!(refused, Unreadable::NoWords { .. }), "{refused:?}");
    assert!(matches!(
        read(b" \n\t ", "blank.txt"),
        Err(Unreadable::NoWords { .. })
    ));
}

#[test]
fn broken_xml_is_refused_with_its_place() {
    let cut = &JATS[..JATS.find("</front>").expect("there is a front")];
    let refused = read(cut.as_bytes(), "paper.xml").expect_err("the file ends too early");
    let message = refused.to_string();
    assert!(
        message
            .starts_with("paper.xml:12:16: this is no XML any more: the file ends inside <front>"),
        "{message}"
    );
    let other =
        read(b"<?xml version='1.0'?><TEI><text/></TEI>", "tei.xml").expect_err("it is no article");
    assert_eq!(
        other,
        Unreadable::Unknown {
            name: "tei.xml".to_owned(),
            what: "XML of <TEI>".to_owned()
        }
    );
}

pub const HTML: &str = r#"<!DOCTYPE html>
<html><head><title>Early warning of sepsis | A Journal</title>
<meta name="citation_title" content="Early warning of sepsis"><script>var x = "no";</script></head>
<body><nav><a>Home</a></nav>
<article><h1>Early warning of sepsis</h1>
<p class="authors">Ada Example, Max Sample</p>
<section class="abstract"><h2>Abstract</h2><h3>Background</h3><p>Sepsis kills.</p></section>
<section><h2>1. Methods</h2><h3>1.1 Patients</h3>
<p>We took 570&nbsp;cases<sup><a href="refs">1,2</a></sup> &plusmn; 3. Eﬃcient
   care matters<br>most.</p>
<ul><li>Adults</li><li>Stays over 6&#160;h</li></ul>
<figure><img src="f.png" alt="a plot"><figcaption>Figure 1. Flow of patients.</figcaption></figure>
<table><caption>Table 1. Patients</caption>
<thead><tr><th rowspan="2">Group</th><th colspan="2">Sepsis</th></tr><tr><th>n</th><th>%</th></tr></thead>
<tbody><tr><td><p>Women</p></td><td>236</td><td>41.4</td></tr></tbody></table>
</section>
<section><h2>References</h2><ol class="references"><li>Moor M. Sepsis. 2019.</li></ol></section>
</article><footer>© A Journal</footer></body></html>"#;

#[test]
fn a_page_of_a_journal_reads_as_its_article() {
    let long = HTML.replace("Sepsis kills.", &"Sepsis kills. ".repeat(40));
    let paper = paper(long.as_bytes(), "page");
    assert_eq!(paper.format, Format::Html);
    assert_eq!(paper.title.as_deref(), Some("Early warning of sepsis"));
    let blocks = blocks(&paper);
    assert_eq!(
        blocks[..5],
        [
            (&Kind::Title, "Early warning of sepsis"),
            (&Kind::Furniture, "Ada Example, Max Sample"),
            (&heading(1), "Abstract"),
            (&heading(2), "Background"),
            (&Kind::Abstract, "Sepsis kills. ".repeat(40).trim()),
        ]
    );
    assert_eq!(
        blocks[5..],
        [
            (&heading(1), "1. Methods"),
            (&heading(2), "1.1 Patients"),
            (
                &Kind::Paragraph,
                "We took 570 cases¹,² ± 3. Efficient care matters most."
            ),
            (&Kind::ListItem, "Adults"),
            (&Kind::ListItem, "Stays over 6 h"),
            (
                &caption(Piece::Figure, "Figure 1"),
                "Figure 1. Flow of patients."
            ),
            (&caption(Piece::Table, "Table 1"), "Table 1. Patients"),
            (&Kind::Row, "Group\tSepsis\t"),
            (&Kind::Row, "\tn\t%"),
            (&Kind::Row, "Women\t236\t41.4"),
            (&heading(1), "References"),
            (&Kind::Reference, "Moor M. Sepsis. 2019."),
        ]
    );
}

pub fn docx(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default())
            .expect("a name is free");
        zip.write_all(content.as_bytes()).expect("memory takes all");
    }
    zip.finish().expect("memory takes all").into_inner()
}

pub const STYLES: &str = r#"<w:styles xmlns:w="w">
<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="Mine"><w:name w:val="My section"/><w:basedOn w:val="berschrift1"/></w:style>
<w:style w:styleId="Beschriftung"><w:name w:val="caption"/></w:style>
</w:styles>"#;

pub const DOCUMENT: &str = r#"<w:document xmlns:w="w" xmlns:m="m" xmlns:mc="mc"><w:body>
<w:p><w:pPr><w:pStyle w:val="Titel"/></w:pPr><w:r><w:t>Early warning of sepsis</w:t></w:r></w:p>
<w:p><w:r><w:t>Ada Example</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>Abstract</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">Sepsis </w:t></w:r><w:del><w:r><w:delText>never </w:delText></w:r></w:del><w:ins><w:r><w:t>kills</w:t></w:r></w:ins><w:r><w:t>.</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Mine"/></w:pPr><w:r><w:t>1 Methods</w:t></w:r></w:p>
<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Study population</w:t></w:r></w:p>
<w:p><w:r><w:t>Age was 67.2 </w:t></w:r><w:r><w:sym w:font="Symbol" w:char="F0B1"/></w:r><w:r><w:t xml:space="preserve"> 15.3</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>4</w:t></w:r><w:r><w:t>, well</w:t></w:r><w:r><w:noBreakHyphen/></w:r><w:r><w:t>known.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>
<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>Adults</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Beschriftung"/></w:pPr><w:r><w:t>Table 1. Patients</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Group</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>Sepsis</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:p><w:r><w:t>Women</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>236</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>41.4</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>References</w:t></w:r></w:p>
<w:p><w:r><w:t>Moor M. Sepsis. 2019.</w:t></w:r></w:p>
</w:body></w:document>"#;

const NOTES: &str = r#"<w:footnotes xmlns:w="w"><w:footnote w:id="0"><w:p/></w:footnote>
<w:footnote w:id="2"><w:p><w:r><w:t>In years.</w:t></w:r></w:p></w:footnote></w:footnotes>"#;

#[test]
fn a_file_of_word_reads_by_its_styles_whatever_their_language() {
    let bytes = docx(&[
        ("word/document.xml", DOCUMENT),
        ("word/styles.xml", STYLES),
        ("word/footnotes.xml", NOTES),
    ]);
    let paper = paper(&bytes, "paper.docx");
    assert_eq!(paper.format, Format::Docx);
    assert_eq!(
        blocks(&paper),
        [
            (&Kind::Title, "Early warning of sepsis"),
            (&Kind::Furniture, "Ada Example"),
            (&heading(1), "Abstract"),
            (&Kind::Abstract, "Sepsis kills."),
            (&heading(1), "1 Methods"),
            (&heading(2), "Study population"),
            (&Kind::Paragraph, "Age was 67.2 ± 15.3⁴, well-known.¹"),
            (&Kind::ListItem, "Adults"),
            (&caption(Piece::Table, "Table 1"), "Table 1. Patients"),
            (&Kind::Row, "Group\tSepsis\t"),
            (&Kind::Row, "Women\t236\t41.4"),
            (&heading(1), "References"),
            (&Kind::Reference, "Moor M. Sepsis. 2019."),
            (&Kind::Footnote, "¹ In years."),
        ]
    );
}

#[test]
fn other_files_are_refused_by_what_they_are() {
    let message =
        |bytes: &[u8], name: &str| read(bytes, name).expect_err("it is no paper").to_string();
    let sheet = docx(&[("xl/workbook.xml", "<x/>")]);
    assert_eq!(
        message(&sheet, "data.xlsx"),
        "data.xlsx is a spreadsheet, not a paper that galen reads; give it as PDF, JATS XML, HTML, DOCX or text"
    );
    assert!(message(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.doc").contains("save it as DOCX"));
    assert!(message(b"\x89PNG\r\n\x1a\n", "scan.png").contains("is a picture"));
    assert!(message(&[0, 1, 2, 3, 4, 0, 255, 7], "x.bin").contains("no text"));
    let cut = docx(&[("word/document.xml", DOCUMENT)]);
    assert!(matches!(
        read(&cut[..cut.len() / 2], "cut.docx"),
        Err(Unreadable::BrokenDocx { .. })
    ));
    let broken = docx(&[("word/document.xml", "<w:document><w:body>")]);
    assert_eq!(
        message(&broken, "p.docx").split(": ").next(),
        Some("p.docx (word/document.xml):1:21")
    );
}

#[test]
fn parts_of_an_abstract_in_paragraphs_of_their_own_do_not_end_it() {
    let page = "<html><body><h1>A network for films of the chest</h1><h2>Abstract</h2><p>Methods</p><p>We trained a network on films of four hospitals, \
        which took a year. It was then tested on films of a fifth hospital, and on those of the year that came after it.</p><h2>Introduction</h2><p>Films are \
        read late. Much is known of why that is so, and little is done about it by those who could.</p><p>Methods</p><p>The films were read by two readers. They \
        did not see what the other had said of a film, and a third one decided where they differed.</p></body></html>";
    let paper = read(page.as_bytes(), "paper.html").expect("a page");
    let of = |start: &str| {
        let mut found = paper.blocks.iter();
        let found = found.find(|block| paper.words(block).starts_with(start));
        found.expect("the paragraph")
    };
    assert_eq!(of("We trained").kind, Kind::Abstract);
    assert_eq!(of("The films were").section, ["Methods"]);
}
