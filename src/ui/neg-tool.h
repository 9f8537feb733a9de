/* What the left button of the mouse does in a viewport. */
#pragma once

typedef enum {
  NEG_TOOL_WINDOW,
  NEG_TOOL_SCROLL,
  NEG_TOOL_PAN,
  NEG_TOOL_ZOOM,
  NEG_TOOL_MAGNIFIER,
  NEG_TOOL_CROSSHAIR, /* the same point everywhere */
  NEG_TOOL_LENGTH,    /* from here on in the order of NegAnnotationKind */
  NEG_TOOL_ANGLE,
  NEG_TOOL_COBB,
  NEG_TOOL_ELLIPSE,
  NEG_TOOL_RECTANGLE,
  NEG_TOOL_FREEHAND,
  NEG_TOOL_ARROW,
  NEG_TOOL_PROBE,
  NEG_N_TOOLS,
} NegTool;
