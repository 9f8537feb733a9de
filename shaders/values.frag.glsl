/* What a plane or slab through a volume shows where: red the value, green a cover as imaging/neg-reformat.h has them. In
 * front: display.glsl, volume.glsl. */

uniform isampler2D volume_steps; /* parts of a coordinate, to be added: rows 0, 3 by output column, 1, 4 by output row,
                                    2, 5 by sample; x and y in the upper three, the distance in the lower */
uniform int n_samples;
uniform int projection; /* MIP, MINIP, MEAN */

const int MIP = 0;
const int MINIP = 1;
const int MEAN = 2;

/* Of a mean, so many are summed before they go to the whole: a long sum in single precision loses what is small. */
const int BLOCK = 32;

struct Projected {
  int n_values;
  int n_missing;
  float result;
  float block;
};

void
project (inout Projected projected, float value)
{
  if (projection == MEAN) {
    projected.block += value;
    if (projected.n_values % BLOCK == BLOCK - 1) {
      projected.result += projected.block;
      projected.block = 0.0;
    }
  } else if (projected.n_values == 0) {
    projected.result = value;
  } else {
    projected.result = projection == MINIP ? min (projected.result, value) : max (projected.result, value);
  }
  projected.n_values++;
}

int
find_cover (Projected projected)
{
  if (projected.n_values > 0)
    return projected.n_missing > 0 ? PARTLY : WHOLE;
  return projected.n_missing > 0 ? MISSING : OUTSIDE;
}

void
main ()
{
  ivec2 pixel = find_pixel ();
  ivec4 by_column = texelFetch (volume_steps, ivec2 (pixel.x, 0), 0);
  ivec4 by_row = texelFetch (volume_steps, ivec2 (pixel.y, 1), 0);
  ivec2 x = add_fixed (by_column.xy, by_row.xy);
  ivec2 y = add_fixed (by_column.zw, by_row.zw);
  ivec2 distance = add_fixed (texelFetch (volume_steps, ivec2 (pixel.x, 3), 0).xy,
                              texelFetch (volume_steps, ivec2 (pixel.y, 4), 0).xy);
  Projected projected = Projected (0, 0, 0.0, 0.0);

  for (int i = 0; i < n_samples; i++) {
    ivec4 along = texelFetch (volume_steps, ivec2 (i, 2), 0);
    float value;
    int cover = find_sample (add_fixed (x, along.xy), add_fixed (y, along.zw),
                             add_fixed (distance, texelFetch (volume_steps, ivec2 (i, 5), 0).xy), value);

    if (cover == WHOLE)
      project (projected, value);
    else
      projected.n_missing += int (cover == MISSING);
  }
  if (projection == MEAN)
    projected.result = (projected.result + projected.block) / float (max (projected.n_values, 1));
  color = vec4 (projected.result, float (find_cover (projected)), 0.0, 1.0);
}
