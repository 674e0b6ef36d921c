//! A picture to upload: mountains under a sun that moves, so that each one is another.

use png::{BitDepth, ColorType, Encoder, EncodingError};

const WIDTH: u16 = 240;
const HEIGHT: u16 = 160;

const SUN: [u8; 3] = [255, 214, 90];
const FAR_MOUNTAINS: [u8; 3] = [104, 122, 158];
const NEAR_MOUNTAINS: [u8; 3] = [58, 76, 104];

/// A PNG of a few kilobytes. `hour`, from 0 to 23, says where the sun is.
pub(super) fn draw(hour: u8) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, WIDTH.into(), HEIGHT.into());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let pixels: Vec<u8> = (0..HEIGHT)
        .flat_map(|y| (0..WIDTH).flat_map(move |x| colour(x.into(), y.into(), hour.into())))
        .collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

fn colour(x: i32, y: i32, hour: i32) -> [u8; 3] {
    let (from_sun_x, from_sun_y) = (x - 10 * hour, y - 30 - (hour - 12) * (hour - 12) / 2);
    if y > 110 + ridge(x, 90, 46) {
        NEAR_MOUNTAINS
    } else if y > 80 + ridge(x + 40, 70, 52) {
        FAR_MOUNTAINS
    } else if from_sun_x * from_sun_x + from_sun_y * from_sun_y < 18 * 18 {
        SUN
    } else {
        sky(y)
    }
}

/// A zigzag line: so far above (below zero) or under its middle.
fn ridge(x: i32, width: i32, height: i32) -> i32 {
    let from_peak = (x.rem_euclid(width) - width / 2).abs();
    (from_peak - width / 4) * height / width
}

/// Paler towards the horizon.
fn sky(y: i32) -> [u8; 3] {
    [120, 170, 224]
        .map(|channel: u8| channel.saturating_add(u8::try_from(y / 4).unwrap_or(u8::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_png_and_each_hour_has_its_own() {
        let (morning, evening) = (draw(8).unwrap(), draw(18).unwrap());
        assert_ne!(morning, evening);
        let decoder = png::Decoder::new(std::io::Cursor::new(morning));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((frame.width, frame.height), (WIDTH.into(), HEIGHT.into()));
        assert!(pixels.chunks(3).any(|pixel| pixel == SUN));
    }
}
