//! Which pictures there are, and what is said beside each: whoever does not see it must miss nothing.

use serde::Serialize;

use super::axis::{Axis, number};
use super::drawing::{Colour, NARROW, Shape, Size, WIDE, draw};
use super::figures::{Bucket, Latency, OverTime, RunFigures};
use super::story::{milliseconds_in_words, stretch_in_words};
use crate::lead::Status;
use crate::report::figures::{count, counted, real};

/// Below so many stretches of time a picture says less than a sentence.
const FEWEST_STRETCHES: usize = 4;

/// So many runs are compared in a picture.
const MOST_RUNS: usize = 60;

/// A picture with its words.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Chart {
    /// What it shows: its name for those who do not see it.
    label: String,
    /// What is to be seen in it.
    says: String,
    legend: Vec<Entry>,
    pictures: Vec<Picture>,
}

#[derive(Debug, Clone, Serialize)]
struct Entry {
    class: &'static str,
    words: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct Picture {
    class: &'static str,
    width: u32,
    height: u32,
    /// SVG elements.
    inside: String,
}

/// What can become of a lead that was sent, with its colour, from the bottom of a bar upwards.
const OUTCOMES: [(Colour, &str); 4] = [
    (Colour::Created, "created"),
    (Colour::Exists, "was already there"),
    (Colour::Rejected, "refused"),
    (Colour::InDoubt, "answer lost"),
];

/// How many leads ended in each stretch of time, and how.
pub(super) fn answers(over: &OverTime) -> Option<Chart> {
    if over.buckets.len() < FEWEST_STRETCHES {
        return None;
    }
    let stacks: Vec<[u64; 4]> = over.buckets.iter().map(outcomes).collect();
    let most = over.buckets.iter().max_by_key(|bucket| (sum(&outcomes(bucket)), std::cmp::Reverse(bucket.begins)))?;
    let stretch = stretch_in_words(over.bucket_seconds);
    let says = format!(
        "Each bar is {stretch}. The most were {} in the one from {}.{}",
        counted(sum(&outcomes(most)), "lead", "leads"),
        shown_time(most),
        errors(&stacks),
    );
    let label = format!("Bars: leads that were answered in each {stretch}");
    Some(stacked(label, says, &stacks, |size| Axis::time(over, marks_of_time(over, size))))
}

/// How long leads were under way in each stretch of time.
pub(super) fn waits(over: &OverTime) -> Option<Chart> {
    let known = over.buckets.iter().filter(|bucket| bucket.p50_ms.is_some()).count();
    let slowest = over.buckets.iter().filter_map(|bucket| Some((bucket.p95_ms?, bucket)));
    let (slowest, when) = slowest.max_by(|a, b| a.0.total_cmp(&b.0))?;
    if known < FEWEST_STRETCHES {
        return None;
    }
    let unit = Unit::of(slowest);
    let half = lines(over, Colour::Created, |bucket| bucket.p50_ms.map(|time| time / unit.milliseconds));
    let nearly_all = lines(over, Colour::Rejected, |bucket| bucket.p95_ms.map(|time| time / unit.milliseconds));
    let shapes = [half, nearly_all].concat();
    let label = "Lines: how long half of the leads, and 95 of 100, were under way at most".to_owned();
    let says = format!(
        "The slowest stretch began at {}: there 95 of 100 leads took at most {}.",
        shown_time(when),
        milliseconds_in_words(slowest)
    );
    let picture = |size: Size| {
        let y = Axis::numbers(slowest / unit.milliseconds, 4, |number| unit.label(number));
        draw(size, &Axis::time(over, marks_of_time(over, size)), &y, &shapes)
    };
    let legend = [(Colour::Created, "half of the leads"), (Colour::Rejected, "95 of 100 leads")];
    Some(Chart { label, says, legend: entries(legend), pictures: pictures(picture) })
}

/// In what an axis of times counts, so that its marks are round.
#[derive(Debug, Clone, Copy)]
struct Unit {
    milliseconds: f64,
    name: &'static str,
}

impl Unit {
    fn of(longest_ms: f64) -> Self {
        let (milliseconds, name) = match longest_ms {
            ..1_000.0 => (1.0, "ms"),
            ..120_000.0 => (1_000.0, "s"),
            ..7_200_000.0 => (60_000.0, "min"),
            _ => (3_600_000.0, "h"),
        };
        Self { milliseconds, name }
    }

    fn label(self, number: f64) -> String {
        // What is added up of tenths has no more digits than these.
        let number = (number * 1_000.0).round() / 1_000.0;
        if number == 0.0 { "0".to_owned() } else { format!("{number} {}", self.name) }
    }
}

/// How many leads took how long for what `what` names.
pub(super) fn latency(latency: &Latency, what: &str) -> Option<Chart> {
    if latency.bars.len() < 2 {
        return None;
    }
    let ends: Vec<String> = latency
        .bars
        .iter()
        .map(|bar| bar.up_to_ms.map(|end| milliseconds_in_words(real(end))).unwrap_or_default())
        .collect();
    let most = latency.bars.iter().map(|bar| bar.leads).max().unwrap_or(0);
    let shapes: Vec<Shape> = latency
        .bars
        .iter()
        .enumerate()
        .map(|(place, bar)| bar_at(place, 0.0, real(bar.leads), most, Colour::Created))
        .collect();
    let picture = |size: Size| {
        let y = Axis::numbers(real(most), 4, whole_number);
        draw(size, &Axis::ends(&ends, size.marks), &y, &shapes)
    };
    let label = format!("Bars: how many leads {what} how long");
    let says = format!(
        "Half of {} {what} at most {}, 99 of 100 at most {}.",
        counted(latency.leads, "lead", "leads"),
        milliseconds_in_words(latency.p50_ms),
        milliseconds_in_words(latency.p99_ms)
    );
    Some(Chart { label, says, legend: Vec::new(), pictures: pictures(picture) })
}

/// The runs that sent anything, side by side.
pub(super) fn runs(runs: &[RunFigures], name: impl Fn(&RunFigures) -> String) -> Option<Chart> {
    let mut sent: Vec<&RunFigures> = runs.iter().filter(|run| sum(&outcomes_of(run)) > 0).collect();
    if sent.len() < 2 {
        return None;
    }
    let left_out = sent.len().saturating_sub(MOST_RUNS);
    let sent = sent.split_off(left_out);
    let stacks: Vec<[u64; 4]> = sent.iter().map(|run| outcomes_of(run)).collect();
    let names: Vec<String> = sent.iter().map(|run| name(run)).collect();
    let last = if left_out > 0 { format!("the last {} runs", sent.len()) } else { format!("{} runs", sent.len()) };
    let says = format!("Each bar is a run: {last} that sent anything.{}", errors(&stacks));
    let label = "Bars: what each run made of its leads".to_owned();
    Some(stacked(label, says, &stacks, |size| Axis::names(&names, size.marks)))
}

fn stacked(label: String, says: String, stacks: &[[u64; 4]], x: impl Fn(Size) -> Axis) -> Chart {
    let most = stacks.iter().map(sum).max().unwrap_or(0);
    let shapes: Vec<Shape> =
        stacks.iter().enumerate().flat_map(|(place, stack)| bars_of(place, *stack, most)).collect();
    let picture = |size: Size| draw(size, &x(size), &Axis::numbers(real(most), 4, whole_number), &shapes);
    let occurs = |place: usize| stacks.iter().any(|stack| stack.get(place).is_some_and(|leads| *leads > 0));
    let legend = OUTCOMES.into_iter().enumerate().filter(|(place, _)| occurs(*place)).map(|(_, entry)| entry);
    Chart { label, says, legend: entries(legend), pictures: pictures(picture) }
}

/// One on the other, from the bottom.
fn bars_of(place: usize, stack: [u64; 4], most: u64) -> Vec<Shape> {
    let mut bars = Vec::new();
    let mut below = 0.0;
    for (leads, (colour, _)) in stack.into_iter().zip(OUTCOMES) {
        if leads > 0 {
            let bar = bar_at(place, below, real(leads), most, colour);
            if let Shape::Bar { heights, .. } = &bar {
                below = heights.1;
            }
            bars.push(bar);
        }
    }
    bars
}

/// A single refusal among thousands of leads must be seen: no bar is lower than this share of the highest.
const LOWEST: f64 = 0.018;

fn bar_at(place: usize, below: f64, leads: f64, most: u64, colour: Colour) -> Shape {
    let height = if leads > 0.0 { leads.max(real(most) * LOWEST) } else { 0.0 };
    let left = number(place);
    Shape::Bar { places: (left + 0.1, left + 0.9), heights: (below, below + height), colour }
}

/// Lines through stretches that follow each other.
fn lines(over: &OverTime, colour: Colour, value: impl Fn(&Bucket) -> Option<f64>) -> Vec<Shape> {
    let places = over.buckets.iter().enumerate();
    let values: Vec<Option<(f64, f64)>> =
        places.map(|(place, bucket)| value(bucket).map(|value| (number(place) + 0.5, value))).collect();
    let parts = values.split(Option::is_none).filter(|part| !part.is_empty());
    parts.map(|part| Shape::Line { points: part.iter().flatten().copied().collect(), colour }).collect()
}

fn pictures(picture: impl Fn(Size) -> String) -> Vec<Picture> {
    let sizes = [("wide", WIDE), ("narrow", NARROW)];
    let drawn =
        sizes.map(|(class, size)| Picture { class, width: size.width, height: size.height, inside: picture(size) });
    drawn.into()
}

fn entries(legend: impl IntoIterator<Item = (Colour, &'static str)>) -> Vec<Entry> {
    legend.into_iter().map(|(colour, words)| Entry { class: colour.class(), words }).collect()
}

/// Times with a date take the room of two.
fn marks_of_time(over: &OverTime, size: Size) -> usize {
    let days = over
        .buckets
        .first()
        .zip(over.buckets.last())
        .is_some_and(|(first, last)| first.at.get(..10) != last.at.get(..10));
    if days && over.bucket_seconds < 86_400 { size.marks.div_ceil(2) } else { size.marks }
}

pub(super) fn outcomes(bucket: &Bucket) -> [u64; 4] {
    [bucket.created, bucket.exists, bucket.rejected, bucket.in_doubt]
}

fn outcomes_of(run: &RunFigures) -> [u64; 4] {
    [Status::Created, Status::Exists, Status::Rejected, Status::InDoubt].map(|status| run.leads.get(status))
}

fn sum(stack: &[u64; 4]) -> u64 {
    stack.iter().sum()
}

fn errors(stacks: &[[u64; 4]]) -> String {
    let total = |place: usize| stacks.iter().filter_map(|stack| stack.get(place)).sum::<u64>();
    match (total(2), total(3)) {
        (0, 0) => " None was refused, and no answer was lost.".to_owned(),
        (refused, 0) => format!(" {} refused, no answer lost.", count(refused)),
        (refused, lost) => format!(" {} refused; answers lost: {}.", count(refused), count(lost)),
    }
}

/// `02:47:58 on 2026-11-21`
fn shown_time(bucket: &Bucket) -> String {
    match bucket.at.split_once('T') {
        Some((day, "00:00:00")) => day.to_owned(),
        Some((day, time)) => format!("{time} on {day}"),
        None => bucket.at.clone(),
    }
}

fn whole_number(value: f64) -> String {
    // Half a lead is not counted.
    if value.fract() > 0.0 { String::new() } else { format!("{value:.0}") }
}
