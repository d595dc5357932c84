//! The door to `plotters`: bars and lines between two axes become the inside of an SVG element.
//!
//! Colours are named by their light value. The page's style gives the same names other values where it is dark, since a rule for
//! `[fill="#0F766E"]` beats the attribute.

use std::error::Error;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::{
    ChartBuilder, Circle, EmptyElement, IntoDrawingArea, PathElement, RGBColor, Rectangle, SVGBackend,
};
use plotters::style::{Color, IntoTextStyle, ShapeStyle, TRANSPARENT};

use super::axis::Axis;

/// A colour that has a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Created,
    Exists,
    Rejected,
    InDoubt,
}

impl Colour {
    /// Its value on a light page. `page.css` knows it by this, too.
    fn light(self) -> RGBColor {
        match self {
            Self::Created => RGBColor(0x0F, 0x76, 0x6E),
            Self::Exists => RGBColor(0x25, 0x63, 0xEB),
            Self::Rejected => RGBColor(0xB4, 0x53, 0x09),
            Self::InDoubt => RGBColor(0xBE, 0x18, 0x5D),
        }
    }

    /// The class of its entry in a legend.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Exists => "exists",
            Self::Rejected => "rejected",
            Self::InDoubt => "in-doubt",
        }
    }
}

const TEXT: RGBColor = RGBColor(0x4B, 0x55, 0x63);
const GRID: RGBColor = RGBColor(0xE2, 0xE5, 0xEA);
const AXIS: RGBColor = RGBColor(0x8A, 0x93, 0xA0);

/// `plotters` divides sizes by this before it writes them.
const TEXT_SIZE: f64 = 13.0 * 1.24;

/// How large a picture is, in the units of its own: about the pixels of the screen that it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
    /// How many marks with short labels there is room for.
    pub(super) marks: usize,
}

/// For a screen, and paper.
pub(super) const WIDE: Size = Size { width: 860, height: 240, marks: 9 };

/// For a phone.
pub(super) const NARROW: Size = Size { width: 350, height: 210, marks: 4 };

/// Something between the axes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// A bar between two places, from one height to another.
    Bar { places: (f64, f64), heights: (f64, f64), colour: Colour },
    /// A line through points; a lone point is a dot.
    Line { points: Vec<(f64, f64)>, colour: Colour },
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    #[expect(clippy::cast_possible_truncation, reason = "a picture has a thousand places")]
    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let length = (self.to - self.from).max(f64::MIN_POSITIVE);
        let share = ((value - self.from) / length).clamp(0.0, 1.0);
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<f64> {
        self.marks.iter().map(|mark| mark.at).collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.label(*value).to_owned()
    }
}

/// The elements of the picture, without the `svg` element around them; empty where it cannot be drawn, which for text in
/// memory does not happen.
pub(super) fn draw(size: Size, x: &Axis, y: &Axis, shapes: &[Shape]) -> String {
    let mut svg = String::new();
    match draw_into(&mut svg, size, x, y, shapes) {
        Ok(()) => inside(&svg).to_owned(),
        Err(error) => {
            tracing::warn!(%error, "a picture of the report cannot be drawn");
            String::new()
        }
    }
}

fn draw_into(svg: &mut String, size: Size, x: &Axis, y: &Axis, shapes: &[Shape]) -> Result<(), Box<dyn Error>> {
    let area = SVGBackend::with_string(svg, (size.width, size.height)).into_drawing_area();
    let said = |error: &dyn std::fmt::Display| Box::<dyn Error>::from(error.to_string());
    let mut chart = ChartBuilder::on(&area)
        .margin_top(10)
        .margin_right(16)
        .x_label_area_size(26)
        .y_label_area_size(58)
        .build_cartesian_2d(x.clone(), y.clone())
        .map_err(|error| said(&error))?;
    let labels = ("sans-serif", TEXT_SIZE).into_text_style(&area).color(&TEXT);
    let mut mesh = chart.configure_mesh();
    mesh.disable_x_mesh().bold_line_style(GRID).light_line_style(TRANSPARENT).axis_style(AXIS).label_style(labels);
    mesh.draw().map_err(|error| said(&error))?;
    for shape in shapes {
        match shape {
            Shape::Bar { places, heights, colour } => {
                let corners = [(places.0, heights.1), (places.1, heights.0)];
                chart.draw_series([Rectangle::new(corners, colour.light().filled())])
            }
            Shape::Line { points, colour } => match points.as_slice() {
                [point] => {
                    chart.draw_series([EmptyElement::at(*point) + Circle::new((0, 0), 3, colour.light().filled())])
                }
                _ => chart.draw_series([PathElement::new(points.clone(), stroke(*colour))]),
            },
        }
        .map_err(|error| said(&error))?;
    }
    area.present().map_err(|error| said(&error))
}

fn stroke(colour: Colour) -> ShapeStyle {
    colour.light().stroke_width(2)
}

/// What stands between the outermost tags.
fn inside(svg: &str) -> &str {
    let from = svg.find('>').map_or(0, |end| end + 1);
    let to = svg.rfind("</svg>").unwrap_or(svg.len());
    svg.get(from..to).unwrap_or_default().trim()
}
