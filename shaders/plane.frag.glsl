/* The values of a plane through a volume as a picture: VOI and display, another volume's colours over it, and marks on what
 * is missing. In front: display.glsl. */

uniform sampler2D values; /* of values.frag.glsl */
uniform usampler2D voi_lut;
uniform int voi_kind; /* RAMP, SIGMOID, TABLE */
uniform vec2 voi_window;    /* middle, 1 / span */
uniform vec3 voi_lut_range; /* first, last, maximum */

uniform bool has_fusion;
uniform sampler2D fused_values;
uniform usampler2D fused_voi_lut;
uniform usampler2D fused_colors;
uniform int fused_kind;
uniform vec3 fused_window; /* middle, 1 / span, scale */
uniform vec3 fused_lut;
uniform float opacity;

const int RAMP = 0;
const int SIGMOID = 1;
const int TABLE = 2;

const int WHOLE = 1;
const int PARTLY = 2;
const int MISSING = 3;

float
apply_window (int kind, vec2 window, float value)
{
  float place = (value - window.x) * window.y;

  return kind == SIGMOID ? 1.0 / (1.0 + exp (clamp (-4.0 * place, -80.0, 80.0))) : clamp (place + 0.5, 0.0, 1.0);
}

float
apply_table (usampler2D table, vec3 range, float value)
{
  float index = clamp (value - range.x, 0.0, range.y);
  float below = floor (index);
  float low = float (look_up (table, int (below)).r);
  float high = float (look_up (table, int (min (below + 1.0, range.y))).r);

  return (low + (high - low) * (index - below)) / range.z;
}

bool
has_value (vec2 found)
{
  int cover = int (found.y + 0.5);

  return cover == WHOLE || cover == PARTLY;
}

/* As neg_fusion_draw_rows() of imaging/neg-color-map.h. */
vec3
lay_over (vec3 rgb, vec2 found)
{
  float value = found.x * fused_window.z;
  float shown = fused_kind == TABLE ? apply_table (fused_voi_lut, fused_lut, value)
                                    : apply_window (fused_kind, fused_window.xy, value);
  vec3 over = vec3 (look_up (fused_colors, int (shown * 255.0 + 0.5)).rgb);
  float share = opacity * min (shown / 0.1, 1.0);

  return floor (rgb + (over - rgb) * share + 0.5);
}

/* As neg_cover_draw_rows(). */
vec3
mark (vec3 rgb, int cover, ivec2 pixel)
{
  int diagonal = pixel.x + pixel.y;

  if (cover == MISSING)
    return vec3 (diagonal % 8 < 3 ? 40.0 : 96.0);
  return cover == PARTLY && diagonal % 12 == 0 ? vec3 (128.0) : rgb;
}

void
main ()
{
  ivec2 pixel = find_pixel ();
  vec2 found = texelFetch (values, pixel, 0).rg;
  vec3 rgb = vec3 (0.0);

  if (has_value (found)) {
    float shown = voi_kind == TABLE ? apply_table (voi_lut, voi_lut_range, found.x)
                                    : apply_window (voi_kind, voi_window, found.x);

    rgb = vec3 (floor (clamp (tone (shown), 0.0, 1.0) * 255.0 + find_threshold (pixel)));
  }
  if (has_fusion) {
    vec2 fused = texelFetch (fused_values, pixel, 0).rg;

    if (has_value (fused))
      rgb = lay_over (rgb, fused);
  }
  color = vec4 (mark (rgb, int (found.y + 0.5), pixel) / 255.0, 1.0);
}
