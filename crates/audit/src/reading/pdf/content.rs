//! What the content of a page draws: letters where they stand, straight lines, pictures.
//!
//! Only what text needs of ISO 32000-1: the graphics state (8.4), clipping to boxes (8.5.4), forms (8.10), text (9.4) and
//! marked content (14.6). Colours and shapes are passed over.

use std::rc::Rc;

use hayro_font::kurbo::{Affine, Point, Rect};
use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};
use hayro_syntax::page::{Page, Resources};

use super::font::{Face, Fonts};
use super::{Glyph, Rule, Sheet};

/// Forms inside forms; a form that holds itself would not end.
const DEPTH_MAX: usize = 12;
/// Saved states at a time.
const SAVED_MAX: usize = 256;
/// Operators of one page, its forms counted each time they are drawn.
const OPERATORS_MAX: usize = 4_000_000;
/// Letters of one page.
const GLYPHS_MAX: usize = 200_000;
/// Lines and pictures of one page; a scatter plot may have more, and is a picture all the same.
const SHAPES_MAX: usize = 20_000;
/// Thinner is a line, thicker is a box. In points.
const RULE_THICKNESS_MAX: f64 = 2.5;

/// What one page draws.
pub(super) fn sheet<'a>(page: &Page<'a>, number: u32, fonts: &mut Fonts<'a>) -> Sheet {
    let (width, height) = page.render_dimensions();
    let visible = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let mut reader = Reader {
        fonts,
        state: State {
            ctm: Affine::new(page.initial_transform(true).as_coeffs()),
            clip: visible.inflate(2.0, 2.0),
            text: TextState::default(),
        },
        saved: Vec::new(),
        path: Path::default(),
        marked: Vec::new(),
        operators: 0,
        sheet: Sheet {
            number,
            area: visible,
            glyphs: Vec::new(),
            rules: Vec::new(),
            pictures: Vec::new(),
        },
    };
    reader.run(page.typed_operations(), page.resources(), 0);
    reader.sheet
}

struct Reader<'f, 'a> {
    fonts: &'f mut Fonts<'a>,
    state: State<'a>,
    saved: Vec<State<'a>>,
    path: Path,
    marked: Vec<Marked>,
    operators: usize,
    sheet: Sheet,
}

#[derive(Clone)]
struct State<'a> {
    ctm: Affine,
    clip: Rect,
    text: TextState<'a>,
}

#[derive(Clone)]
struct TextState<'a> {
    matrix: Affine,
    line: Affine,
    face: Option<Rc<Face<'a>>>,
    size: f64,
    char_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

impl Default for TextState<'_> {
    fn default() -> Self {
        Self {
            matrix: Affine::IDENTITY,
            line: Affine::IDENTITY,
            face: None,
            size: 0.0,
            char_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }
}

/// The path under construction: the box around each of its parts.
#[derive(Default)]
struct Path {
    parts: Vec<Rect>,
    clips: bool,
}

/// A sequence of marked content.
struct Marked {
    artifact: bool,
    /// The text that stands for its glyphs, and the first of them.
    actual: Option<(String, usize)>,
}

impl<'a> Reader<'_, 'a> {
    fn run(&mut self, mut operators: TypedIter<'_>, resources: &Resources<'a>, depth: usize) {
        let saved = self.saved.len();
        let marked = self.marked.len();
        while let Some(operator) = operators.next() {
            self.operators += 1;
            if self.operators > OPERATORS_MAX || self.sheet.glyphs.len() > GLYPHS_MAX {
                break;
            }
            match operator {
                Op::SaveState(_) => {
                    if self.saved.len() < SAVED_MAX {
                        self.saved.push(self.state.clone());
                    }
                }
                Op::RestoreState(_) => {
                    if self.saved.len() > saved {
                        self.state = self.saved.pop().expect("more are saved than before");
                    }
                }
                Op::Transform(t) => {
                    self.state.ctm *= matrix([t.0, t.1, t.2, t.3, t.4, t.5]);
                }
                Op::XObject(x) => {
                    if let Some(stream) = resources.get_x_object(x.0) {
                        self.object(&stream, resources, depth);
                    }
                }
                Op::InlineImage(_) => self.picture(),
                Op::BeginMarkedContent(m) => self.begin_marked(m.0, None),
                Op::BeginMarkedContentWithProperties(m) => {
                    self.begin_marked(m.0, properties(m.1, resources));
                }
                Op::EndMarkedContent(_) => {
                    if self.marked.len() > marked {
                        self.end_marked();
                    }
                }
                other => {
                    if !self.path_operator(&other) {
                        self.text_operator(&other, resources);
                    }
                }
            }
        }
        while self.marked.len() > marked {
            self.end_marked();
        }
        if self.saved.len() > saved {
            self.state = self.saved[saved].clone();
            self.saved.truncate(saved);
        }
        self.path = Path::default();
    }

    fn object(&mut self, stream: &Stream<'a>, resources: &Resources<'a>, depth: usize) {
        let dict = stream.dict();
        match dict.get::<Name<'_>>(b"Subtype").as_deref() {
            Some(b"Image") => self.picture(),
            Some(b"Form") if depth < DEPTH_MAX => {
                let Ok(data) = stream.decoded_data() else {
                    return;
                };
                let kept = self.state.clone();
                if let Some(own) = dict.get::<[f64; 6]>(b"Matrix") {
                    self.state.ctm *= Affine::new(own);
                }
                if let Some(b) = dict.get::<[f64; 4]>(b"BBox") {
                    let shown = Rect::from_points((b[0], b[1]), (b[2], b[3]));
                    self.clip(self.state.ctm.transform_rect_bbox(shown));
                }
                let own = dict.get::<Dict<'_>>(b"Resources").map(Resources::new);
                self.run(
                    TypedIter::new(&data),
                    own.as_ref().unwrap_or(resources),
                    depth + 1,
                );
                self.state = kept;
            }
            _ => {}
        }
    }

    fn picture(&mut self) {
        let unit = Rect::new(0.0, 0.0, 1.0, 1.0);
        let shown = self.state.ctm.transform_rect_bbox(unit);
        self.keep_picture(shown);
    }

    fn keep_picture(&mut self, shown: Rect) {
        let seen = shown.intersect(self.state.clip);
        if seen.area() > 0.0 && self.sheet.pictures.len() < SHAPES_MAX {
            self.sheet.pictures.push(seen);
        }
    }

    fn clip(&mut self, to: Rect) {
        // A little more than the box: italics lean out of it.
        self.state.clip = self.state.clip.intersect(to.inflate(1.0, 1.0));
    }

    fn path_operator(&mut self, operator: &Op<'_, '_>) -> bool {
        match operator {
            Op::MoveTo(p) => self.begin_part(p.0, p.1),
            Op::LineTo(p) => self.extend_part(p.0, p.1),
            Op::CubicTo(p) => {
                self.extend_part(p.0, p.1);
                self.extend_part(p.2, p.3);
                self.extend_part(p.4, p.5);
            }
            Op::CubicStartTo(p) => {
                self.extend_part(p.0, p.1);
                self.extend_part(p.2, p.3);
            }
            Op::CubicEndTo(p) => {
                self.extend_part(p.0, p.1);
                self.extend_part(p.2, p.3);
            }
            Op::RectPath(r) => {
                let corner = Point::new(r.0.as_f64(), r.1.as_f64());
                let other = Point::new(corner.x + r.2.as_f64(), corner.y + r.3.as_f64());
                let drawn = self
                    .state
                    .ctm
                    .transform_rect_bbox(Rect::from_points(corner, other));
                self.add_part(drawn);
            }
            Op::ClipNonZero(_) | Op::ClipEvenOdd(_) => self.path.clips = true,
            Op::EndPath(_) => self.end_path(false),
            Op::StrokePath(_)
            | Op::CloseAndStrokePath(_)
            | Op::FillPathNonZero(_)
            | Op::FillPathNonZeroCompatibility(_)
            | Op::FillPathEvenOdd(_)
            | Op::FillAndStrokeNonZero(_)
            | Op::FillAndStrokeEvenOdd(_)
            | Op::CloseFillAndStrokeNonZero(_)
            | Op::CloseFillAndStrokeEvenOdd(_) => self.end_path(true),
            _ => return false,
        }
        true
    }

    fn begin_part(&mut self, x: Number, y: Number) {
        let at = self.state.ctm * Point::new(x.as_f64(), y.as_f64());
        self.add_part(Rect::from_points(at, at));
    }

    fn add_part(&mut self, part: Rect) {
        if self.path.parts.len() < SHAPES_MAX {
            self.path.parts.push(part);
        }
    }

    fn extend_part(&mut self, x: Number, y: Number) {
        let at = self.state.ctm * Point::new(x.as_f64(), y.as_f64());
        if let Some(part) = self.path.parts.last_mut() {
            *part = part.union_pt(at);
        }
    }

    fn end_path(&mut self, painted: bool) {
        let path = std::mem::take(&mut self.path);
        if painted {
            for &part in &path.parts {
                self.keep_shape(part);
            }
        }
        if path.clips
            && let Some(all) = path.parts.into_iter().reduce(|all, part| all.union(part))
        {
            self.clip(all);
        }
    }

    fn keep_shape(&mut self, shape: Rect) {
        // A box around most of the page is its background.
        if shape.area() > 0.6 * self.sheet.area.area() {
            return;
        }
        if shape.height() > RULE_THICKNESS_MAX {
            self.keep_picture(shape);
        } else if shape.width() > 10.0 && self.sheet.rules.len() < SHAPES_MAX {
            let seen = self.state.clip;
            if shape.y1 >= seen.y0 && shape.y0 <= seen.y1 && shape.x1 > seen.x0 {
                self.sheet.rules.push(Rule {
                    x0: shape.x0.max(seen.x0),
                    x1: shape.x1.min(seen.x1),
                    y: shape.center().y,
                });
            }
        }
    }

    fn begin_marked(&mut self, tag: &Name<'_>, properties: Option<Dict<'_>>) {
        if self.marked.len() >= SAVED_MAX {
            return;
        }
        let actual = properties
            .and_then(|of| of.get::<hayro_syntax::object::String<'_>>(b"ActualText"))
            .map(|text| (super::text_string(text.as_bytes()), self.sheet.glyphs.len()));
        self.marked.push(Marked {
            artifact: tag.as_ref() == b"Artifact",
            actual,
        });
    }

    fn end_marked(&mut self) {
        let Some(Marked {
            actual: Some((text, first)),
            ..
        }) = self.marked.pop()
        else {
            return;
        };
        // A long text stands for a picture or a formula; its letters are kept as drawn.
        let drawn = &mut self.sheet.glyphs[first..];
        if text.chars().count() <= 8
            && drawn.len() <= 8
            && let Some((head, rest)) = drawn.split_first_mut()
        {
            head.letters = text.into();
            for glyph in rest {
                head.x1 = head.x1.max(glyph.x1);
                glyph.letters = "".into();
            }
        }
    }

    fn text_operator(&mut self, operator: &Op<'_, '_>, resources: &Resources<'a>) {
        let text = &mut self.state.text;
        match operator {
            Op::BeginText(_) => {
                text.matrix = Affine::IDENTITY;
                text.line = Affine::IDENTITY;
            }
            Op::TextFont(f) => {
                text.size = f.1.as_f64();
                text.face = resources
                    .get_font(f.0)
                    .and_then(|dict| self.fonts.face(&dict));
            }
            Op::CharacterSpacing(v) => text.char_space = v.0.as_f64(),
            Op::WordSpacing(v) => text.word_space = v.0.as_f64(),
            Op::HorizontalScaling(v) => text.scale = v.0.as_f64() / 100.0,
            Op::TextLeading(v) => text.leading = v.0.as_f64(),
            Op::TextRise(v) => text.rise = v.0.as_f64(),
            Op::SetTextMatrix(m) => {
                text.line = matrix([m.0, m.1, m.2, m.3, m.4, m.5]);
                text.matrix = text.line;
            }
            Op::NextLine(n) => text.next_line(n.0.as_f64(), n.1.as_f64()),
            Op::NextLineAndSetLeading(n) => {
                text.leading = -n.1.as_f64();
                text.next_line(n.0.as_f64(), n.1.as_f64());
            }
            Op::NextLineUsingLeading(_) => text.next_line(0.0, -text.leading),
            Op::ShowText(s) => self.show(s.0.as_bytes()),
            Op::NextLineAndShowText(s) => {
                text.next_line(0.0, -text.leading);
                self.show(s.0.as_bytes());
            }
            Op::ShowTextWithParameters(s) => {
                text.word_space = s.0.as_f64();
                text.char_space = s.1.as_f64();
                text.next_line(0.0, -text.leading);
                self.show(s.2.as_bytes());
            }
            Op::ShowTexts(s) => self.show_all(s.0),
            _ => {}
        }
    }

    fn show_all(&mut self, parts: &Array<'_>) {
        for part in parts.iter::<Object<'_>>() {
            match part {
                Object::Number(back) => {
                    let text = &mut self.state.text;
                    let by = -back.as_f64() / 1000.0 * text.size * text.scale;
                    text.matrix *= Affine::translate((by, 0.0));
                }
                Object::String(bytes) => self.show(bytes.as_bytes()),
                _ => {}
            }
        }
    }

    fn show(&mut self, bytes: &[u8]) {
        let Some(face) = self.state.text.face.clone() else {
            return;
        };
        let mut at = 0;
        while at < bytes.len() && self.sheet.glyphs.len() <= GLYPHS_MAX {
            let (code, length) = face.font.read_code(bytes, at);
            let length = length.max(1);
            at += length;
            let seen = face.glyph(code);
            let text = &self.state.text;
            let spaces = text.char_space
                + if code == 32 && length == 1 {
                    text.word_space
                } else {
                    0.0
                };
            let (drawn, step) = if face.horizontal {
                let wide = seen.advance.x / 1000.0 * text.size;
                (wide * text.scale, ((wide + spaces) * text.scale, 0.0))
            } else {
                let tall = seen.advance.y / 1000.0 * text.size;
                (0.0, (0.0, tall + spaces))
            };
            self.keep_glyph(&face, seen.letters, drawn);
            self.state.text.matrix *= Affine::translate(step);
        }
    }

    fn keep_glyph(&mut self, face: &Face<'a>, letters: super::Letters, width: f64) {
        let text = &self.state.text;
        let shown = self.state.ctm * text.matrix * Affine::translate((0.0, text.rise));
        let [a, b, c, d, x, y] = shown.as_coeffs();
        let size = text.size.abs() * c.hypot(d);
        let sign = text.size.signum();
        let end = shown * Point::new(width, 0.0);
        let middle = Point::new(x, y).midpoint(end);
        let fits = |v: f64| v.is_finite() && v.abs() < 1e6;
        if ![x, y, end.x, end.y, size].into_iter().all(fits) || !self.state.clip.contains(middle) {
            return;
        }
        self.sheet.glyphs.push(Glyph {
            letters,
            turn: quarter(a * sign, b * sign),
            x0: x,
            y0: y,
            x1: end.x,
            y1: end.y,
            size,
            font: face.id,
            artifact: self.marked.iter().any(|m| m.artifact),
        });
    }
}

impl TextState<'_> {
    fn next_line(&mut self, x: f64, y: f64) {
        self.line *= Affine::translate((x, y));
        self.matrix = self.line;
    }
}

/// Which way text runs on the page: 0 to the right, then by quarters clockwise.
fn quarter(a: f64, b: f64) -> u8 {
    if a.abs() >= b.abs() {
        if a >= 0.0 { 0 } else { 2 }
    } else if b >= 0.0 {
        1
    } else {
        3
    }
}

fn matrix(of: [Number; 6]) -> Affine {
    Affine::new(of.map(|n| n.as_f64()))
}

fn properties<'r>(of: &Object<'r>, resources: &Resources<'r>) -> Option<Dict<'r>> {
    match of {
        Object::Dict(dict) => Some(dict.clone()),
        Object::Name(name) => resources.properties.get::<Dict<'_>>(name.as_ref()),
        _ => None,
    }
}
