use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::PRESENT;

/// The attributes of a header that become columns, in the order of the columns.
///
/// What is left out on purpose: descriptions of study and series, comments and other free text, in which people write
/// names (PS3.15 table E.1-1 asks to clean or remove them), and times of day.
pub const ATTRIBUTES: &[Attribute] = &[
    // What kind of image it is.
    shown("Modality", tags::MODALITY),
    shown("SOPClassUID", tags::SOP_CLASS_UID),
    shown("TransferSyntaxUID", tags::TRANSFER_SYNTAX_UID),
    shown("ImageType", tags::IMAGE_TYPE),
    shown("PresentationIntentType", tags::PRESENTATION_INTENT_TYPE),
    // Its pixels.
    shown("Rows", tags::ROWS),
    shown("Columns", tags::COLUMNS),
    shown("NumberOfFrames", tags::NUMBER_OF_FRAMES),
    shown("SamplesPerPixel", tags::SAMPLES_PER_PIXEL),
    shown(
        "PhotometricInterpretation",
        tags::PHOTOMETRIC_INTERPRETATION,
    ),
    shown("BitsAllocated", tags::BITS_ALLOCATED),
    shown("BitsStored", tags::BITS_STORED),
    shown("PixelRepresentation", tags::PIXEL_REPRESENTATION),
    pair(
        "PixelSpacing",
        tags::PIXEL_SPACING,
        ["PixelSpacingRow", "PixelSpacingColumn"],
    ),
    pair(
        "ImagerPixelSpacing",
        tags::IMAGER_PIXEL_SPACING,
        ["ImagerPixelSpacingRow", "ImagerPixelSpacingColumn"],
    ),
    shown("SliceThickness", tags::SLICE_THICKNESS),
    shown("SpacingBetweenSlices", tags::SPACING_BETWEEN_SLICES),
    shown("RescaleSlope", tags::RESCALE_SLOPE),
    shown("RescaleIntercept", tags::RESCALE_INTERCEPT),
    shown("WindowCenter", tags::WINDOW_CENTER),
    shown("WindowWidth", tags::WINDOW_WIDTH),
    shown("LossyImageCompression", tags::LOSSY_IMAGE_COMPRESSION),
    // How it was made.
    shown("BodyPartExamined", tags::BODY_PART_EXAMINED),
    shown("ViewPosition", tags::VIEW_POSITION),
    shown("Laterality", tags::LATERALITY),
    shown("ImageLaterality", tags::IMAGE_LATERALITY),
    shown("PatientPosition", tags::PATIENT_POSITION),
    shown("KVP", tags::KVP),
    shown("Exposure", tags::EXPOSURE),
    shown("ExposureTime", tags::EXPOSURE_TIME),
    shown("XRayTubeCurrent", tags::X_RAY_TUBE_CURRENT),
    shown("ConvolutionKernel", tags::CONVOLUTION_KERNEL),
    shown("MagneticFieldStrength", tags::MAGNETIC_FIELD_STRENGTH),
    shown("RepetitionTime", tags::REPETITION_TIME),
    shown("EchoTime", tags::ECHO_TIME),
    // By which device, where.
    shown("Manufacturer", tags::MANUFACTURER),
    shown("ManufacturerModelName", tags::MANUFACTURER_MODEL_NAME),
    shown("SoftwareVersions", tags::SOFTWARE_VERSIONS),
    shown("StationName", tags::STATION_NAME),
    shown("InstitutionName", tags::INSTITUTION_NAME),
    // Of whom, when.
    shown("PatientID", tags::PATIENT_ID),
    shown("PatientSex", tags::PATIENT_SEX),
    Attribute {
        keyword: "PatientAge",
        tag: tags::PATIENT_AGE,
        shown: Shown::Age,
    },
    date("StudyDate", tags::STUDY_DATE),
    date("AcquisitionDate", tags::ACQUISITION_DATE),
    shown("StudyInstanceUID", tags::STUDY_INSTANCE_UID),
    shown("SeriesInstanceUID", tags::SERIES_INSTANCE_UID),
    shown("SOPInstanceUID", tags::SOP_INSTANCE_UID),
    // Whether a person can be recognised.
    shown("PatientIdentityRemoved", tags::PATIENT_IDENTITY_REMOVED),
    shown("BurnedInAnnotation", tags::BURNED_IN_ANNOTATION),
    hidden("PatientName", tags::PATIENT_NAME),
    hidden("PatientBirthDate", tags::PATIENT_BIRTH_DATE),
    // Retired, and still in files.
    hidden("OtherPatientIDs", Tag(0x0010, 0x1000)),
    hidden("OtherPatientNames", tags::OTHER_PATIENT_NAMES),
    hidden("PatientBirthName", tags::PATIENT_BIRTH_NAME),
    hidden("PatientMotherBirthName", tags::PATIENT_MOTHER_BIRTH_NAME),
    hidden("PatientAddress", tags::PATIENT_ADDRESS),
    hidden("PatientTelephoneNumbers", tags::PATIENT_TELEPHONE_NUMBERS),
    hidden("AccessionNumber", tags::ACCESSION_NUMBER),
    hidden("ReferringPhysicianName", tags::REFERRING_PHYSICIAN_NAME),
    hidden("PerformingPhysicianName", tags::PERFORMING_PHYSICIAN_NAME),
    hidden("OperatorsName", tags::OPERATORS_NAME),
];

/// An attribute of a header, and what a table shows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its keyword in PS3.6.
    pub keyword: &'static str,
    pub tag: Tag,
    pub shown: Shown,
}

/// What a table shows of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The text of the value; several values stand with `\` between them, as in the file.
    Value,
    /// Two numbers in a column each.
    Pair([&'static str; 2]),
    /// A date as `2004-01-19`; what is no date, as it stands.
    Date,
    /// The age as it stands and, in a second column, in years.
    Age,
    /// That there is a value, and not which: it names a person, or leads to one.
    Presence,
}

const fn shown(keyword: &'static str, tag: Tag) -> Attribute {
    Attribute {
        keyword,
        tag,
        shown: Shown::Value,
    }
}

const fn pair(keyword: &'static str, tag: Tag, columns: [&'static str; 2]) -> Attribute {
    Attribute {
        keyword,
        tag,
        shown: Shown::Pair(columns),
    }
}

const fn date(keyword: &'static str, tag: Tag) -> Attribute {
    Attribute {
        keyword,
        tag,
        shown: Shown::Date,
    }
}

const fn hidden(keyword: &'static str, tag: Tag) -> Attribute {
    Attribute {
        keyword,
        tag,
        shown: Shown::Presence,
    }
}

impl Attribute {
    /// The names of its columns.
    pub fn columns(&self) -> Vec<&'static str> {
        match self.shown {
            Shown::Pair(columns) => columns.to_vec(),
            Shown::Age => vec![self.keyword, "PatientAgeYears"],
            Shown::Value | Shown::Date | Shown::Presence => vec![self.keyword],
        }
    }

    /// What stands in its columns for a value that is not empty.
    pub fn cells(&self, text: &str) -> Vec<Option<String>> {
        match self.shown {
            Shown::Value => vec![Some(text.to_owned())],
            Shown::Pair(_) => {
                let mut parts = text.split('\\').map(str::trim);
                let mut part = || {
                    let part = parts.next().filter(|part| !part.is_empty());
                    part.map(str::to_owned)
                };
                vec![part(), part()]
            }
            Shown::Date => vec![Some(calendar_date(text).unwrap_or_else(|| text.to_owned()))],
            Shown::Age => vec![Some(text.to_owned()), years(text).map(|y| y.to_string())],
            Shown::Presence => {
                // What parts a name has is written even where it has none (PS3.5 section 6.2.1).
                let is_named = text.chars().any(|letter| !"^= \\".contains(letter));
                vec![is_named.then(|| PRESENT.to_owned())]
            }
        }
    }
}

/// `20040119`, or `2004.01.19` of the standard before DICOM (PS3.5 table 6.2-1), as `2004-01-19`.
fn calendar_date(text: &str) -> Option<String> {
    let digits = match text.len() {
        8 => text.to_owned(),
        10 if text.match_indices('.').map(|(at, _)| at).eq([4, 7]) => text.replace('.', ""),
        _ => return None,
    };
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = digits.split_at(4);
    let (month, day) = rest.split_at(2);
    let is_date = (1..=12).contains(&month.parse().unwrap_or(0))
        && (1..=31).contains(&day.parse().unwrap_or(0));
    is_date.then(|| format!("{year}-{month}-{day}"))
}

/// The years of an age such as `059Y`, `018M`, `006W` or `003D` (PS3.5 table 6.2-1, value representation AS). A year has
/// 365.25 days.
fn years(text: &str) -> Option<f64> {
    let unit = text.chars().last()?;
    let number = text.strip_suffix(unit)?.trim();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: f64 = number.parse().ok().filter(|_| is_number)?;
    match unit {
        'Y' => Some(number),
        'M' => Some(number / 12.0),
        'W' => Some(number * 7.0 / 365.25),
        'D' => Some(number / 365.25),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
    use dicom_dictionary_std::StandardDataDictionary;

    use super::*;

    #[test]
    fn an_attribute_is_called_as_the_dictionary_calls_it() {
        for attribute in ATTRIBUTES {
            let entry = StandardDataDictionary.by_tag(attribute.tag);
            let entry = entry.expect("the dictionary has it");
            assert_eq!(entry.alias(), attribute.keyword);
        }
    }

    #[test]
    fn no_two_columns_have_one_name() {
        let names: Vec<_> = ATTRIBUTES.iter().flat_map(Attribute::columns).collect();
        let set: BTreeSet<_> = names.iter().collect();
        assert_eq!(set.len(), names.len());
    }

    #[test]
    fn a_value_has_a_cell_for_each_column() {
        for attribute in ATTRIBUTES {
            for text in ["", "1", "1\\2\\3", "059Y", "20040119"] {
                assert_eq!(attribute.cells(text).len(), attribute.columns().len());
            }
        }
    }

    #[test]
    fn what_names_a_person_is_not_shown() {
        for keyword in [
            "PatientName",
            "PatientBirthDate",
            "PatientAddress",
            "OperatorsName",
        ] {
            let found = ATTRIBUTES.iter().find(|one| one.keyword == keyword);
            let found = found.expect("it is an attribute");
            assert_eq!(found.cells("Doe^John"), [Some(PRESENT.to_owned())]);
            assert_eq!(found.cells("^^^^"), [None]);
        }
    }

    #[test]
    fn an_age_is_given_in_years() {
        assert_eq!(years("059Y"), Some(59.0));
        assert_eq!(years("018M"), Some(1.5));
        assert_eq!(years("003D"), Some(3.0 / 365.25));
        assert_eq!(years("52W"), Some(364.0 / 365.25));
        for text in ["", "Y", "59", "-1Y", "1.5Y", "infY", "059y", "Ä"] {
            assert_eq!(years(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_is_written_as_everywhere_and_what_is_none_stays() {
        assert_eq!(calendar_date("20040119").as_deref(), Some("2004-01-19"));
        assert_eq!(calendar_date("1997.04.30").as_deref(), Some("1997-04-30"));
        for text in [
            "",
            "2004",
            "20041301",
            "20040132",
            "2004-01-19",
            "200401190",
            "äöüä",
            "Januar.X.X",
        ] {
            assert_eq!(calendar_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_spacing_of_one_number_leaves_the_second_column_empty() {
        let spacing = ATTRIBUTES.iter().find(|one| one.keyword == "PixelSpacing");
        let cells = |text: &str| spacing.expect("it is an attribute").cells(text);
        assert_eq!(
            cells("0.66\\0.7"),
            [Some("0.66".into()), Some("0.7".into())]
        );
        assert_eq!(cells("0.66"), [Some("0.66".into()), None]);
        assert_eq!(cells("\\0.7"), [None, Some("0.7".into())]);
    }
}
