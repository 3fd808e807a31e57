use std::collections::BTreeMap;

use galen_stats::detection::{Found, Region};
use galen_table::Table;
use serde::Deserialize;

use crate::EvalError;
use crate::columns::numbers;

/// Boxes of images by the image's name. An image without a box is there with none, if it was named.
pub type Boxes<T> = BTreeMap<String, Vec<T>>;

/// The names that a corner may have.
const CORNERS: [[&str; 3]; 4] = [
    ["x_min", "xmin", "x1"],
    ["y_min", "ymin", "y1"],
    ["x_max", "xmax", "x2"],
    ["y_max", "ymax", "y2"],
];

/// The true boxes of a table: `image`, and the corners `x_min`, `y_min`, `x_max`, `y_max`; a row without corners names an image without a box.
///
/// # Errors
/// [`EvalError`] for a column that is absent, an incomplete box, or one that ends before it begins.
pub fn truth_of(table: &Table) -> Result<Boxes<Region>, EvalError> {
    let mut boxes: Boxes<Region> = BTreeMap::new();
    for (image, region, _) in rows(table)? {
        let own = boxes.entry(image).or_default();
        own.extend(region);
    }
    Ok(boxes)
}

/// The found boxes of a table: the same columns, and the score.
///
/// # Errors
/// As [`truth_of`], and for a box without a score.
pub fn found_of(table: &Table, score: &str) -> Result<Boxes<Found>, EvalError> {
    let scores = numbers(table, score)?;
    let mut boxes: Boxes<Found> = BTreeMap::new();
    for (image, region, row) in rows(table)? {
        let own = boxes.entry(image).or_default();
        let Some(region) = region else { continue };
        let score = scores[row].ok_or_else(|| EvalError::Missing {
            row,
            column: score.to_owned(),
        })?;
        own.push(Found { region, score });
    }
    Ok(boxes)
}

/// The image, the box and the number of each row.
fn rows(table: &Table) -> Result<Vec<(String, Option<Region>, usize)>, EvalError> {
    let images = table.texts("image")?;
    let mut corners = Vec::new();
    for names in CORNERS {
        let name = names
            .into_iter()
            .find(|name| table.has(name))
            .unwrap_or(names[0]);
        corners.push(numbers(table, name)?);
    }
    let mut found = Vec::new();
    for (row, image) in images.into_iter().enumerate() {
        let image = image.ok_or_else(|| EvalError::Missing {
            row,
            column: "image".to_owned(),
        })?;
        let own: Vec<f64> = corners.iter().filter_map(|side| side[row]).collect();
        let region = match own.as_slice() {
            [] => None,
            [left, top, right, bottom] => Some(region(
                [*left, *top],
                [*right, *bottom],
                &format!("row {row} (counted from 0)"),
            )?),
            _ => {
                return Err(EvalError::Other(format!(
                    "Row {row} (counted from 0) has some corners of a box and not all four."
                )));
            }
        };
        found.push((image, region, row));
    }
    Ok(found)
}

fn region(least: [f64; 2], most: [f64; 2], what: &str) -> Result<Region, EvalError> {
    Region::new(least, most).ok_or_else(|| {
        EvalError::Other(format!(
            "The box of {what} ends before it begins, or a corner is no number: {least:?} to {most:?}."
        ))
    })
}

#[derive(Deserialize)]
struct Coco {
    images: Vec<CocoImage>,
    annotations: Vec<CocoBox>,
}

#[derive(Deserialize)]
struct CocoImage {
    id: serde_json::Value,
    file_name: Option<String>,
}

#[derive(Deserialize)]
struct CocoBox {
    image_id: serde_json::Value,
    /// Left, top, width, height.
    bbox: [f64; 4],
    score: Option<f64>,
}

impl CocoBox {
    fn region(&self, at: usize) -> Result<Region, EvalError> {
        let [left, top, width, height] = self.bbox;
        region(
            [left, top],
            [left + width, top + height],
            &format!("annotation {at} (counted from 0)"),
        )
    }
}

/// An id as a name: a number or a text.
fn named(id: &serde_json::Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// The true boxes of a file of COCO, by the name of the image's file where it has one; and the names by ids.
///
/// # Errors
/// [`EvalError`] for what is no such file, or a box of an image that it does not list.
pub fn coco_truth(text: &str) -> Result<(Boxes<Region>, BTreeMap<String, String>), EvalError> {
    let coco: Coco = serde_json::from_str(text).map_err(|error| {
        EvalError::Other(format!(
            "This is no file of COCO with `images` and `annotations`: {error}."
        ))
    })?;
    let name = |image: CocoImage| {
        let id = named(&image.id);
        (id.clone(), image.file_name.unwrap_or(id))
    };
    let names: BTreeMap<String, String> = coco.images.into_iter().map(name).collect();
    let mut boxes: Boxes<Region> = names
        .values()
        .map(|name| (name.clone(), Vec::new()))
        .collect();
    for (at, one) in coco.annotations.iter().enumerate() {
        let id = named(&one.image_id);
        let name = names.get(&id).ok_or_else(|| {
            EvalError::Other(format!(
                "Annotation {at} (counted from 0) is of the image {id}, which is not listed."
            ))
        })?;
        boxes.entry(name.clone()).or_default().push(one.region(at)?);
    }
    Ok((boxes, names))
}

/// The found boxes of a list of results of COCO; `names` are those of the true file.
///
/// # Errors
/// [`EvalError`] for what is no such list, or a box without a score.
pub fn coco_found(text: &str, names: &BTreeMap<String, String>) -> Result<Boxes<Found>, EvalError> {
    let results: Vec<CocoBox> = serde_json::from_str(text).map_err(|error| {
        EvalError::Other(format!("This is no list of results of COCO: {error}."))
    })?;
    let mut boxes: Boxes<Found> = BTreeMap::new();
    for (at, one) in results.iter().enumerate() {
        let score = one.score.filter(|score| score.is_finite());
        let score = score.ok_or_else(|| {
            EvalError::Other(format!("Result {at} (counted from 0) has no score."))
        })?;
        let id = named(&one.image_id);
        let name = names.get(&id).cloned().unwrap_or(id);
        let region = one.region(at)?;
        boxes.entry(name).or_default().push(Found { region, score });
    }
    Ok(boxes)
}

#[cfg(test)]
mod tests {
    use galen_table::ReadOptions;

    use super::*;

    fn table(csv: &str) -> Table {
        Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table")
    }

    #[test]
    fn boxes_of_tables_and_of_coco_are_the_same() {
        let truth = table("image,x_min,y_min,x_max,y_max\na,0,0,10,20\nb,,,,\na,5,5,6,6\n");
        let of_table = truth_of(&truth).expect("boxes");
        let coco = r#"{"images": [{"id": 1, "file_name": "a"}, {"id": 2, "file_name": "b"}],
            "annotations": [{"image_id": 1, "bbox": [0, 0, 10, 20]}, {"image_id": 1, "bbox": [5, 5, 1, 1]}]}"#;
        let (of_coco, names) = coco_truth(coco).expect("boxes");
        assert_eq!(of_table, of_coco);
        let found =
            found_of(&table("image,xmin,ymin,xmax,ymax,p\na,0,0,9,20,0.5\n"), "p").expect("boxes");
        let same = coco_found(
            r#"[{"image_id": 1, "bbox": [0, 0, 9, 20], "score": 0.5}]"#,
            &names,
        );
        assert_eq!(found, same.expect("boxes"));
    }

    #[test]
    fn what_is_no_box_is_said() {
        let wrong = |csv: &str| truth_of(&table(csv)).expect_err("no box").to_string();
        assert!(
            wrong("image,x_min,y_min,x_max,y_max\na,9,0,1,2\n").contains("ends before it begins")
        );
        assert!(wrong("image,x_min,y_min,x_max,y_max\na,9,,10,2\n").contains("not all four"));
        assert!(wrong("image,x,y\na,9,1\n").contains("x_min"));
        let lost = r#"{"images": [], "annotations": [{"image_id": 1, "bbox": [0, 0, 1, 1]}]}"#;
        assert!(
            coco_truth(lost)
                .expect_err("not listed")
                .to_string()
                .contains("not listed")
        );
        assert!(coco_found("{}", &BTreeMap::new()).is_err());
    }
}
