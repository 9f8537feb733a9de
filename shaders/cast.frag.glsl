/* Rays through a volume, as imaging/neg-raycast.h describes them. In front: display.glsl, voi.glsl, volume.glsl. */

uniform isampler2D volume_steps; /* parts of a coordinate by column and row: see values.frag.glsl */
uniform sampler2D ray_colors;    /* of a sample of one step, by value; alpha is what it hides */
uniform vec2 color_scale;        /* the value of the first, entries per value */

/* In mm; places from the middle of the picture. */
uniform vec3 right;
uniform vec3 down;
uniform vec3 direction;
uniform vec3 box_low;
uniform vec3 box_high;
uniform vec4 clips[3]; /* normal, distance; none: 0 */
uniform vec3 clip_slopes;
uniform int n_clips;
uniform float step_mm;

uniform vec3 rate;       /* the coordinates of volume.glsl per mm of the ray */
uniform vec3 view;       /* its direction along the row, the column, the normal */
uniform vec3 voxel_mm;
uniform float slice_step; /* the third of voxel_mm as a coordinate */
uniform float flatness;  /* differences per mm far below this are no surface */
uniform bool is_mip;
uniform float enough;    /* of a MIP: larger values look the same */

const int LAST_COLOR = 1023;
const int STEPS_MAX = 1 << 20;
const float HIDDEN = 0.995;
const float AMBIENT = 0.3;
const float NOTHING = -1e38;

struct Ray {
  ivec2 x; /* at 0 mm */
  ivec2 y;
  ivec2 distance;
  float from_mm;
  int n_steps;
  float clip_light; /* of the first sample; < 0: it lies behind no clip */
};

/* Keeps low <= start + t slope <= high. */
void
cut (inout vec2 span, float start, float slope, float low, float high)
{
  if (abs (slope) < 1e-12) {
    if (start < low || start > high)
      span.y = -1e30;
    return;
  }
  span.x = max (span.x, ((slope > 0.0 ? low : high) - start) / slope);
  span.y = min (span.y, ((slope > 0.0 ? high : low) - start) / slope);
}

Ray
find_ray (ivec2 pixel)
{
  ivec4 by_column = texelFetch (volume_steps, ivec2 (pixel.x, 0), 0);
  ivec4 by_row = texelFetch (volume_steps, ivec2 (pixel.y, 1), 0);
  vec2 from_middle = vec2 (pixel) + 0.5 - 0.5 * vec2 (size);
  vec3 point = from_middle.x * right + from_middle.y * down;
  vec2 span = vec2 (-1e30, 1e30);
  Ray ray;

  ray.x = add_fixed (by_column.xy, by_row.xy);
  ray.y = add_fixed (by_column.zw, by_row.zw);
  ray.distance = add_fixed (texelFetch (volume_steps, ivec2 (pixel.x, 3), 0).xy,
                            texelFetch (volume_steps, ivec2 (pixel.y, 4), 0).xy);
  ray.clip_light = -1.0;
  for (int i = 0; i < 3; i++)
    cut (span, point[i], direction[i], box_low[i], box_high[i]);
  for (int i = 0; i < n_clips; i++) {
    float from = span.x;

    cut (span, dot (clips[i].xyz, point), clip_slopes[i], -1e30, clips[i].w);
    if (span.x > from)
      ray.clip_light = AMBIENT + (1.0 - AMBIENT) * abs (clip_slopes[i]);
  }
  ray.from_mm = span.x + 0.5 * step_mm;
  ray.n_steps = span.x < span.y ? int (clamp (ceil ((span.y - ray.from_mm) / step_mm), 0.0, float (STEPS_MAX))) : 0;
  return ray;
}

struct Place {
  ivec2 x;
  ivec2 y;
  ivec2 distance;
};

Place
go_along (Ray ray, float mm)
{
  return Place (add_fixed (ray.x, to_fixed (mm * rate.x)), add_fixed (ray.y, to_fixed (mm * rate.y)),
                add_fixed (ray.distance, to_fixed (mm * rate.z)));
}

/* The value one voxel away; @value where nothing is. */
float
find_beside (Place place, int axis, float direction, float value)
{
  float found;

  if (axis == 0)
    place.x.x += int (direction);
  else if (axis == 1)
    place.y.x += int (direction);
  else
    place.distance = add_fixed (place.distance, to_fixed (direction * slice_step));
  return find_sample (place.x, place.y, place.distance, found) == WHOLE ? found : value;
}

float
find_light (Place place, float value)
{
  vec3 differences = vec3 (0.0);

  for (int i = 0; i < 6; i++) {
    float side = float (2 * (i & 1) - 1);

    differences[i >> 1] += side * find_beside (place, i >> 1, side, value);
  }
  differences /= 2.0 * voxel_mm;
  return AMBIENT + (1.0 - AMBIENT) * (abs (dot (differences, view)) + flatness) / (length (differences) + flatness);
}

vec4
find_color (float value)
{
  int index = int (clamp ((value - color_scale.x) * color_scale.y + 0.5, 0.0, float (LAST_COLOR)));

  return texelFetch (ray_colors, ivec2 (index % TABLE_WIDTH, index / TABLE_WIDTH), 0);
}

vec3
march_shaded (Ray ray)
{
  vec3 rgb = vec3 (0.0);
  float hidden = 0.0;

  for (int i = 0; i < ray.n_steps && hidden < HIDDEN; i++) {
    Place place = go_along (ray, ray.from_mm + float (i) * step_mm);
    vec4 found;
    float value;
    float light;

    if (find_sample (place.x, place.y, place.distance, value) != WHOLE)
      continue;
    found = find_color (value);
    if (found.a <= 0.0)
      continue;
    light = i == 0 && ray.clip_light >= 0.0 ? ray.clip_light : find_light (place, value);
    rgb += (1.0 - hidden) * found.a * found.rgb * light;
    hidden += (1.0 - hidden) * found.a;
  }
  return rgb;
}

vec3
march_mip (Ray ray)
{
  float largest = NOTHING;
  float shown = 0.0;

  for (int i = 0; i < ray.n_steps && largest < enough; i++) {
    Place place = go_along (ray, ray.from_mm + float (i) * step_mm);
    float value;

    if (find_sample (place.x, place.y, place.distance, value) == WHOLE)
      largest = max (largest, value);
  }
  if (largest > NOTHING)
    shown = apply_voi (largest);
  return vec3 (inverted ? 1.0 - shown : shown);
}

void
main ()
{
  Ray ray = find_ray (find_pixel ());
  vec3 rgb = is_mip ? march_mip (ray) : march_shaded (ray);

  color = vec4 (without_color (floor (clamp (rgb, 0.0, 1.0) * 255.0 + 0.5)) / 255.0, 1.0);
}
