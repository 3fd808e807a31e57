use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, StringArray};

use super::KeepTexts;
use crate::table::Head;
use crate::{Kind, cell};

/// A column that grows text by text.
pub(super) struct Building {
    values: Typed,
    texts: Option<StringBuilder>,
}

/// An array of the type of a kind, while it grows.
enum Typed {
    Integer(Int64Builder),
    Number(Float64Builder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
    DateTime(TimestampMicrosecondBuilder),
    Text(StringBuilder),
}

impl Building {
    pub fn new(head: &Head, keep: &KeepTexts) -> Self {
        Self {
            values: match head.kind {
                Kind::Integer => Typed::Integer(Int64Builder::new()),
                Kind::Number => Typed::Number(Float64Builder::new()),
                Kind::Boolean => Typed::Boolean(BooleanBuilder::new()),
                Kind::Date => Typed::Date(Date32Builder::new()),
                Kind::DateTime => Typed::DateTime(TimestampMicrosecondBuilder::new()),
                Kind::Text => Typed::Text(StringBuilder::new()),
            },
            // A column of text is its own text.
            texts: (head.kind != Kind::Text && keep.keeps(&head.name)).then(StringBuilder::new),
        }
    }

    /// Takes one more cell in; whether its text says a value of the kind.
    pub fn push(&mut self, text: Option<&str>) -> bool {
        if let Some(texts) = &mut self.texts {
            texts.append_option(text);
        }
        macro_rules! typed {
            ($builder:expr, $read:path) => {{
                let value = text.and_then($read);
                $builder.append_option(value);
                value.is_some() == text.is_some()
            }};
        }
        match &mut self.values {
            Typed::Integer(builder) => typed!(builder, cell::integer),
            Typed::Number(builder) => typed!(builder, cell::number),
            Typed::Boolean(builder) => typed!(builder, cell::boolean),
            Typed::Date(builder) => typed!(builder, cell::date),
            Typed::DateTime(builder) => typed!(builder, cell::moment),
            Typed::Text(builder) => {
                builder.append_option(text);
                true
            }
        }
    }

    /// The column, and the texts of the file if they were kept.
    pub fn finish(self) -> (ArrayRef, Option<StringArray>) {
        let texts = self.texts.map(|mut texts| texts.finish());
        let values: ArrayRef = match self.values {
            Typed::Integer(mut builder) => Arc::new(builder.finish()),
            Typed::Number(mut builder) => Arc::new(builder.finish()),
            Typed::Boolean(mut builder) => Arc::new(builder.finish()),
            Typed::Date(mut builder) => Arc::new(builder.finish()),
            Typed::DateTime(mut builder) => Arc::new(builder.finish()),
            Typed::Text(mut builder) => Arc::new(builder.finish()),
        };
        (values, texts)
    }
}
