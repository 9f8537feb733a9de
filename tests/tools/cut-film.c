/* cut-film FROM TO BYTES [START_S END_S]: the program's own cutting, for what makes the built-in videos. Prints its length in
 * milliseconds. */
#include "config.h"

#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <unistd.h>

#include "media/neg-take.h"

static int
fail (const GError *error)
{
  g_printerr ("cut-film: %s\n", error != NULL ? error->message : "the file cannot be opened");
  return 1;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  NegTakeFacts facts;
  NegTakeCut cut = { 0 };
  int from, to;

  if (argc < 4)
    return 2;
  cut.bytes_max = g_ascii_strtoull (argv[3], NULL, 10);
  if (argc > 5) {
    cut.start_us = (gint64) (g_ascii_strtod (argv[4], NULL) * G_USEC_PER_SEC);
    cut.end_us = (gint64) (g_ascii_strtod (argv[5], NULL) * G_USEC_PER_SEC);
  }
  from = open (argv[1], O_RDONLY | O_CLOEXEC);
  to = open (argv[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (from < 0 || to < 0)
    return fail (NULL);
  if (!neg_take_trim (from, to, &cut, NULL, NULL, NULL, &error) || !neg_take_measure (to, &facts, NULL, &error))
    return fail (error);
  printf ("%" G_GINT64_FORMAT "\n", facts.duration_us / 1000);
  close (from);
  close (to);
  return 0;
}
