/* negatoscope: a command, or the window. */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>
#include <sys/resource.h>

#include "commands/neg-commands.h"
#include "ui/neg-application.h"
#include "ui/neg-bench-scroll.h"

/* Pixels and names of patients are in this process's memory: none of it goes to a file when it dies. Descriptors are
 * held for the frames on their way. */
static void
set_limits (void)
{
  struct rlimit core = { 0, 0 };
  struct rlimit files;

  setrlimit (RLIMIT_CORE, &core);
  if (getrlimit (RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = MIN (files.rlim_max, 8192);
    setrlimit (RLIMIT_NOFILE, &files);
  }
}

static void
print_help (void)
{
  g_autofree char *commands = neg_commands_describe ();

  g_print (_ ("Usage:\n"
              "  negatoscope [--renderer auto|gl|cpu] [--home DIR] [PATH...]   opens the window\n"
              "  negatoscope COMMAND ...                                     without a window:\n%s\n"
              "negatoscope COMMAND --help explains a command.\n"),
           commands);
}

/* "--home DIR COMMAND" is "COMMAND --home DIR". */
static void
put_command_first (int argc, char **argv)
{
  gboolean joined = argc > 2 && g_str_has_prefix (argv[1], "--home=");
  gboolean apart = argc > 3 && strcmp (argv[1], "--home") == 0;
  int at = joined ? 2 : 3;
  char *command;

  if ((!joined && !apart) || !neg_commands_has (argv[at]))
    return;
  command = argv[at];
  memmove (&argv[2], &argv[1], (gsize) (at - 1) * sizeof *argv);
  argv[1] = command;
}

int
main (int argc, char **argv)
{
  set_limits ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, NEG_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  put_command_first (argc, argv);
  /* The one command that needs a window */
  if (argc > 2 && strcmp (argv[1], "bench") == 0 && strcmp (argv[2], "scroll") == 0)
    return neg_bench_scroll_run (argc - 2, argv + 2);
  if (argc > 1 && neg_commands_has (argv[1]))
    return neg_commands_run (argc, argv);
  if (argc > 1 && strcmp (argv[1], "--version") == 0) {
    g_print ("negatoscope %s\n", NEG_VERSION);
    return 0;
  }
  if (argc > 1 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0)) {
    print_help ();
    return 0;
  }
  return neg_application_run (argc, argv);
}
