/* The values of a plane through a volume as a picture: VOI and display, another volume's colours over it, and marks on what
 * is missing. In front: display.glsl, voi.glsl. */

uniform sampler2D values; /* of values.frag.glsl */

uniform bool has_fusion;
uniform sampler2D fused_values;
uniform usampler2D fused_voi_lut;
uniform usampler2D fused_colors;
uniform int fused_kind;
uniform vec3 fused_window; /* middle, 1 / span, scale */
uniform vec3 fused_lut;
uniform float opacity;

const int WHOLE = 1;
const int PARTLY = 2;
const int MISSING = 3;

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
  int cover = int (found.y + 0.5);

  if (has_value (found))
    rgb = vec3 (floor (clamp (tone (apply_voi (found.x)), 0.0, 1.0) * 255.0 + find_threshold (pixel)));
  if (has_fusion) {
    vec2 fused = texelFetch (fused_values, pixel, 0).rg;

    if (has_value (fused))
      rgb = lay_over (rgb, fused);
    /* As neg_cover_draw_over_rows(). */
    if (int (fused.y + 0.5) >= PARTLY && cover != MISSING)
      cover = PARTLY;
  }
  color = vec4 (mark (rgb, cover, pixel) / 255.0, 1.0);
}
