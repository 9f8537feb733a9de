#include "config.h"

#include "ui/neg-command-table.h"

#include <glib/gi18n-lib.h>

/* Keys of the reading room (M, K, F1 to F3) stay free for the commands that they belong to. F10
 * is GTK's: it opens the menu of a window. Commands "list.…" have their keys while the reading list has the focus. */
static const NegCommandInfo commands[] = {
  { "image.next", N_ ("Next image"), N_ ("Images"), "Down", "scrolling-and-window" },
  { "image.previous", N_ ("Previous image"), N_ ("Images"), "Up", "scrolling-and-window" },
  { "image.page-next", N_ ("Ten images on"), N_ ("Images"), "Page_Down", "scrolling-and-window" },
  { "image.page-previous", N_ ("Ten images back"), N_ ("Images"), "Page_Up", "scrolling-and-window" },
  { "image.first", N_ ("First image"), N_ ("Images"), "Home", "scrolling-and-window" },
  { "image.last", N_ ("Last image"), N_ ("Images"), "End", "scrolling-and-window" },
  { "view.cine", N_ ("Cine: run and stop"), N_ ("Images"), "c", "scrolling-and-window" },
  { "cine.faster", N_ ("Cine: faster"), N_ ("Images"), "period", "scrolling-and-window" },
  { "cine.slower", N_ ("Cine: slower"), N_ ("Images"), "comma", "scrolling-and-window" },
  { "view.preset(0)", N_ ("Window as the file says"), N_ ("Window"), "0", "scrolling-and-window" },
  { "view.preset(1)", N_ ("Window preset 1"), N_ ("Window"), "1", "scrolling-and-window" },
  { "view.preset(2)", N_ ("Window preset 2"), N_ ("Window"), "2", "scrolling-and-window" },
  { "view.preset(3)", N_ ("Window preset 3"), N_ ("Window"), "3", "scrolling-and-window" },
  { "view.preset(4)", N_ ("Window preset 4"), N_ ("Window"), "4", "scrolling-and-window" },
  { "view.preset(5)", N_ ("Window preset 5"), N_ ("Window"), "5", "scrolling-and-window" },
  { "view.preset(6)", N_ ("Window preset 6"), N_ ("Window"), "6", "scrolling-and-window" },
  { "view.preset(7)", N_ ("Window preset 7"), N_ ("Window"), "7", "scrolling-and-window" },
  { "view.preset(8)", N_ ("Window preset 8"), N_ ("Window"), "8", "scrolling-and-window" },
  { "view.preset(9)", N_ ("Window preset 9"), N_ ("Window"), "9", "scrolling-and-window" },
  { "view.auto-window", N_ ("Window from the values on screen"), N_ ("Window"), "<Shift>w",
    "scrolling-and-window" },
  { "view.window('wider')", N_ ("Wider window"), N_ ("Window"), "<Control>Right", "scrolling-and-window" },
  { "view.window('narrower')", N_ ("Narrower window"), N_ ("Window"), "<Control>Left", "scrolling-and-window" },
  { "view.window('brighter')", N_ ("Brighter"), N_ ("Window"), "<Control>Up", "scrolling-and-window" },
  { "view.window('darker')", N_ ("Darker"), N_ ("Window"), "<Control>Down", "scrolling-and-window" },
  { "view.invert", N_ ("Exchange black and white"), N_ ("Window"), "i", "scrolling-and-window" },
  { "view.fit", N_ ("Fit the whole image"), N_ ("Place and turn"), "f", "scrolling-and-window" },
  { "view.true-pixels", N_ ("True pixels"), N_ ("Place and turn"), "g", "scrolling-and-window" },
  { "view.true-size", N_ ("True size"), N_ ("Place and turn"), "<Shift>g", "scrolling-and-window" },
  { "view.zoom-in", N_ ("Larger"), N_ ("Place and turn"), "plus equal", "scrolling-and-window" },
  { "view.zoom-out", N_ ("Smaller"), N_ ("Place and turn"), "minus", "scrolling-and-window" },
  { "view.pan('left')", N_ ("Move the image left"), N_ ("Place and turn"), "<Alt>Left", "scrolling-and-window" },
  { "view.pan('right')", N_ ("Move the image right"), N_ ("Place and turn"), "<Alt>Right", "scrolling-and-window" },
  { "view.pan('up')", N_ ("Move the image up"), N_ ("Place and turn"), "<Alt>Up", "scrolling-and-window" },
  { "view.pan('down')", N_ ("Move the image down"), N_ ("Place and turn"), "<Alt>Down", "scrolling-and-window" },
  { "view.flip-horizontal", N_ ("Exchange left and right"), N_ ("Place and turn"), "h", "scrolling-and-window" },
  { "view.flip-vertical", N_ ("Exchange top and bottom"), N_ ("Place and turn"), "v", "scrolling-and-window" },
  { "view.rotate-left", N_ ("Turn left"), N_ ("Place and turn"), "bracketleft", "scrolling-and-window" },
  { "view.rotate-right", N_ ("Turn right"), N_ ("Place and turn"), "bracketright", "scrolling-and-window" },
  { "view.reset", N_ ("Everything as the file says"), N_ ("Place and turn"), "<Shift>r", "scrolling-and-window" },
  { "view.undo", N_ ("Undo the last change"), N_ ("Place and turn"), "<Control>z",
    "scrolling-and-window" },
  { "view.redo", N_ ("Redo"), N_ ("Place and turn"), "<Control><Shift>z <Control>y", "scrolling-and-window" },
  { "tool.window", N_ ("Left drag: window"), N_ ("Tools"), "w", "scrolling-and-window" },
  { "tool.scroll", N_ ("Left drag: scroll"), N_ ("Tools"), "s", "scrolling-and-window" },
  { "tool.pan", N_ ("Left drag: move"), N_ ("Tools"), "<Shift>p", "scrolling-and-window" },
  { "tool.zoom", N_ ("Left drag: zoom"), N_ ("Tools"), "<Shift>z", "scrolling-and-window" },
  { "tool.magnifier", N_ ("Magnifier"), N_ ("Tools"), "z", "scrolling-and-window" },
  { "tool.crosshair", N_ ("The same point everywhere"), N_ ("Tools"), "x", "scrolling-and-window" },
  { "tool.none", N_ ("Put the tool down"), N_ ("Tools"), "Escape", "scrolling-and-window" },
  { "tool.length", N_ ("Length"), N_ ("Measuring"), "l", "measuring" },
  { "tool.angle", N_ ("Angle"), N_ ("Measuring"), "a", "measuring" },
  { "tool.cobb", N_ ("Cobb angle"), N_ ("Measuring"), "b", "measuring" },
  { "tool.ellipse", N_ ("Ellipse"), N_ ("Measuring"), "e", "measuring" },
  { "tool.rectangle", N_ ("Rectangle"), N_ ("Measuring"), "r", "measuring" },
  { "tool.freehand", N_ ("Freehand area"), N_ ("Measuring"), "d", "measuring" },
  { "tool.arrow", N_ ("Arrow and text"), N_ ("Measuring"), "t", "measuring" },
  { "tool.probe", N_ ("Probe"), N_ ("Measuring"), "p", "measuring" },
  { "annotation.place", N_ ("Place one in the middle"), N_ ("Measuring"), "Insert", "measuring" },
  { "state.key-image", N_ ("Key image: mark, and take back"), N_ ("Measuring"), "k", "measuring" },
  { "state.save", N_ ("Save views, measurements and key images"), N_ ("Measuring"), "<Control>s", "measuring" },
  { "annotation.remove", N_ ("Delete the selected one"), N_ ("Measuring"), "Delete BackSpace", "measuring" },
  { "series.next", N_ ("Next series"), N_ ("Series and studies"), "Right", "finding-a-study" },
  { "series.previous", N_ ("Previous series"), N_ ("Series and studies"), "Left", "finding-a-study" },
  { "study.next", N_ ("Next study of this patient"), N_ ("Series and studies"), "<Control>Page_Down",
    "finding-a-study" },
  { "study.previous", N_ ("Previous study of this patient"), N_ ("Series and studies"), "<Control>Page_Up",
    "finding-a-study" },
  { "patient.next", N_ ("Next patient"), N_ ("Series and studies"), "<Control><Shift>Page_Down",
    "finding-a-study" },
  { "patient.previous", N_ ("Previous patient"), N_ ("Series and studies"), "<Control><Shift>Page_Up",
    "finding-a-study" },
  { "worklist.compare", N_ ("Compare with the prior that answers best"), N_ ("Series and studies"), "<Shift>c",
    "finding-a-study" },
  { "worklist.show", N_ ("Reading list: go there, and back"), N_ ("Reading list"), "F9", "finding-a-study" },
  { "worklist.search", N_ ("Search the reading list"), N_ ("Reading list"), "<Control>f", "finding-a-study" },
  { "worklist.next-unread", N_ ("Next unread study"), N_ ("Reading list"), "n", "finding-a-study" },
  { "worklist.finish", N_ ("Finished, and the next unread study"), N_ ("Reading list"), "<Control>Return",
    "finding-a-study" },
  { "worklist.transfers", N_ ("Transfers"), N_ ("Reading list"), "<Control>t", "finding-a-study" },
  { "worklist.settle", N_ ("Orders and patients to settle"), N_ ("Reading list"), "<Control><Shift>m",
    "finding-a-study" },
  { "worklist.cache", N_ ("Cache: what is here, and why"), N_ ("Reading list"), "<Control><Shift>t",
    "finding-a-study" },
  { "list.open", N_ ("Open the study"), N_ ("In the reading list"), "Return", "finding-a-study" },
  { "list.details", N_ ("Details and priors, and back"), N_ ("In the reading list"), "space", "finding-a-study" },
  { "list.retrieve", N_ ("Retrieve without opening"), N_ ("In the reading list"), "<Control>r", "finding-a-study" },
  { "list.claim", N_ ("Claim: I read this"), N_ ("In the reading list"), "c", "finding-a-study" },
  { "list.release", N_ ("Release the claim"), N_ ("In the reading list"), "<Shift>c", "finding-a-study" },
  { "list.ask", N_ ("Ask the archives"), N_ ("In the reading list"), "<Control>Return", "finding-a-study" },
  { "layout.next-page", N_ ("The next series, in all viewports"), N_ ("Viewports"), "space", "layout" },
  { "layout.previous-page", N_ ("The previous series, in all viewports"), N_ ("Viewports"), "<Shift>space", "layout" },
  { "viewport.next", N_ ("Next viewport"), N_ ("Viewports"), "Tab", "layout" },
  { "viewport.previous", N_ ("Previous viewport"), N_ ("Viewports"), "<Shift>Tab", "layout" },
  { "view.maximize", N_ ("This viewport alone, and back"), N_ ("Viewports"), "Return", "layout" },
  { "view.synchronize", N_ ("Scroll together"), N_ ("Viewports"), "y", "layout" },
  { "view.lines", N_ ("Reference lines"), N_ ("Viewports"), "j", "layout" },
  { "view.captions", N_ ("Texts: all, essential, none"), N_ ("Viewports"), "o", "layout" },
  { "layout.grid('1x1')", N_ ("One viewport"), N_ ("Viewports"), "<Control>1", "layout" },
  { "layout.grid('1x2')", N_ ("Two viewports side by side"), N_ ("Viewports"), "<Control>2", "layout" },
  { "layout.grid('1x3')", N_ ("Three viewports side by side"), N_ ("Viewports"), "<Control>3", "layout" },
  { "layout.grid('2x2')", N_ ("Four viewports"), N_ ("Viewports"), "<Control>4", "layout" },
  { "layout.grid('2x3')", N_ ("Six viewports"), N_ ("Viewports"), "<Control>6", "layout" },
  { "layout.grid('2x4')", N_ ("Eight viewports"), N_ ("Viewports"), "<Control>8", "layout" },
  { "layout.grid('3x3')", N_ ("Nine viewports"), N_ ("Viewports"), "<Control>9", "layout" },
  { "layout.choose", N_ ("Choose rows and columns"), N_ ("Viewports"), "<Control>0", "layout" },
  { "pane.patient", N_ ("This patient's studies"), N_ ("Panes and windows"), "<Shift>F9", "layout" },
  { "pane.context", N_ ("Context pane"), N_ ("Panes and windows"), "<Control>F9", "layout" },
  { "pane.report", N_ ("What was asked for, and reports"), N_ ("Panes and windows"), "<Control><Shift>r", "layout" },
  { "pane.next", N_ ("Next pane"), N_ ("Panes and windows"), "F6", "layout" },
  { "pane.previous", N_ ("Previous pane"), N_ ("Panes and windows"), "<Shift>F6", "layout" },
  { "window.fullscreen", N_ ("Full screen, and back"), N_ ("Panes and windows"), "F11", "layout" },
  { "file.open", N_ ("Open files"), N_ ("Program"), "<Control>o", "finding-a-study" },
  { "file.open-folder", N_ ("Open a folder"), N_ ("Program"), "<Control><Shift>o", "finding-a-study" },
  { "file.cancel", N_ ("Stop reading files"), N_ ("Program"), "<Shift>Escape", "finding-a-study" },
  { "file.export", N_ ("Export this viewport"), N_ ("Program"), "<Control>e", "exporting" },
  { "file.copy", N_ ("Copy the picture, without the patient's name"), N_ ("Program"), "<Control>c", "exporting" },
  { "file.close", N_ ("Close what is open"), N_ ("Program"), "<Control>w", "finding-a-study" },
  { "app.preferences", N_ ("Preferences"), N_ ("Program"), "<Control>comma", "getting-help" },
  { "app.display", N_ ("Display: luminance and calibration"), N_ ("Program"), "<Control><Shift>d", "getting-help" },
  { "app.test-pattern", N_ ("Test pattern on this monitor"), N_ ("Program"), "<Control><Shift>p", "getting-help" },
  { "app.shortcuts", N_ ("Keys and mouse"), N_ ("Program"), "<Control>question", "getting-help" },
  { "app.frame-times", N_ ("Times of frames"), NULL, "<Control><Alt>F12", "getting-help" },
};

guint
neg_command_table_get_n (void)
{
  return G_N_ELEMENTS (commands);
}

const NegCommandInfo *
neg_command_table_get (guint index)
{
  return index < G_N_ELEMENTS (commands) ? &commands[index] : NULL;
}

const NegCommandInfo *
neg_command_table_find (const char *action)
{
  g_return_val_if_fail (action != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].action, action))
      return &commands[i];
  return NULL;
}
