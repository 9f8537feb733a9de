#include "config.h"

#include "commands/neg-commands-agent.h"

#include <string.h>

#define GAP 2

struct _NegCommandTable {
  guint n_columns;
  GPtrArray *cells; /* char*, row by row; the first row are the headings */
};

/* One line, whatever a peer wrote. */
static char *
make_printable (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *line = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    g_string_append_unichar (line, g_unichar_isprint (g_utf8_get_char (p)) ? g_utf8_get_char (p) : ' ');
  return g_string_free (line, FALSE);
}

/* Cells of a terminal: ideographs take two, combining marks none. */
static guint
measure (const char *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text)) {
    gunichar c = g_utf8_get_char (text);

    width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
  }
  return width;
}

NegCommandTable *
neg_command_table_new (const char *const *headings)
{
  NegCommandTable *table = g_new0 (NegCommandTable, 1);

  table->n_columns = g_strv_length ((char **) headings);
  table->cells = g_ptr_array_new_with_free_func (g_free);
  neg_command_table_add (table, headings);
  return table;
}

void
neg_command_table_add (NegCommandTable *table, const char *const *cells)
{
  for (guint i = 0; i < table->n_columns; i++)
    g_ptr_array_add (table->cells, make_printable (cells[i]));
}

void
neg_command_table_print (NegCommandTable *table)
{
  g_autofree guint *widths = g_new0 (guint, table->n_columns);
  guint n_cells = table->cells->len;

  if (n_cells <= table->n_columns)
    return;
  for (guint i = 0; i < n_cells; i++)
    widths[i % table->n_columns] = MAX (widths[i % table->n_columns], measure (table->cells->pdata[i]));
  for (guint i = 0; i < n_cells; i++) {
    const char *text = table->cells->pdata[i];
    gboolean is_last = i % table->n_columns == table->n_columns - 1;
    guint padding = widths[i % table->n_columns] + GAP - measure (text);

    if (is_last)
      g_print ("%s\n", text);
    else
      g_print ("%s%*s", text, (int) padding, "");
  }
}

void
neg_command_table_free (NegCommandTable *table)
{
  if (table == NULL)
    return;
  g_ptr_array_unref (table->cells);
  g_free (table);
}
