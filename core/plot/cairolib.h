/*
 * For core/plot/ only: cairo, which is loaded when the first page is drawn, so that no other command
 * waits for it or fails without it. The functions are members, each of the type that cairo's headers
 * declare. FreeType, which comes with cairo, opens the font.
 */
#ifndef SSL_PLOT_CAIROLIB_H
#define SSL_PLOT_CAIROLIB_H

#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <cairo.h>

#include "core/base/error.h"

struct cairolib {
	/* surfaces */
	__typeof__(cairo_image_surface_create) *image_surface_create;
	__typeof__(cairo_surface_write_to_png_stream) *surface_write_to_png_stream;
	__typeof__(cairo_pdf_surface_create_for_stream) *pdf_surface_create_for_stream;
	__typeof__(cairo_pdf_surface_set_metadata) *pdf_surface_set_metadata;
	__typeof__(cairo_surface_finish) *surface_finish;
	__typeof__(cairo_surface_status) *surface_status;
	__typeof__(cairo_surface_destroy) *surface_destroy;
	/* drawing */
	__typeof__(cairo_create) *create;
	__typeof__(cairo_destroy) *destroy;
	__typeof__(cairo_status) *status;
	__typeof__(cairo_status_to_string) *status_to_string;
	__typeof__(cairo_save) *save;
	__typeof__(cairo_restore) *restore;
	__typeof__(cairo_scale) *scale;
	__typeof__(cairo_translate) *translate;
	__typeof__(cairo_rotate) *rotate;
	__typeof__(cairo_set_source_rgba) *set_source_rgba;
	__typeof__(cairo_set_line_width) *set_line_width;
	__typeof__(cairo_set_line_join) *set_line_join;
	__typeof__(cairo_set_dash) *set_dash;
	__typeof__(cairo_new_path) *new_path;
	__typeof__(cairo_move_to) *move_to;
	__typeof__(cairo_line_to) *line_to;
	__typeof__(cairo_close_path) *close_path;
	__typeof__(cairo_rectangle) *rectangle;
	__typeof__(cairo_arc) *arc;
	__typeof__(cairo_fill) *fill;
	__typeof__(cairo_stroke) *stroke;
	__typeof__(cairo_paint) *paint;
	/* text */
	__typeof__(cairo_font_options_create) *font_options_create;
	__typeof__(cairo_font_options_destroy) *font_options_destroy;
	__typeof__(cairo_font_options_set_hint_style) *font_options_set_hint_style;
	__typeof__(cairo_font_options_set_hint_metrics) *font_options_set_hint_metrics;
	__typeof__(cairo_font_options_set_antialias) *font_options_set_antialias;
	__typeof__(cairo_set_font_options) *set_font_options;
	__typeof__(cairo_set_font_face) *set_font_face;
	__typeof__(cairo_set_font_size) *set_font_size;
	__typeof__(cairo_text_extents) *text_extents;
	__typeof__(cairo_show_text) *show_text;
	__typeof__(cairo_ft_font_face_create_for_ft_face) *ft_font_face_create_for_ft_face;
	__typeof__(cairo_font_face_set_user_data) *font_face_set_user_data;
	__typeof__(cairo_font_face_destroy) *font_face_destroy;
	__typeof__(FT_Init_FreeType) *init_freetype;
	__typeof__(FT_Done_FreeType) *done_freetype;
	__typeof__(FT_New_Face) *new_face;
};

/* ERR_FAILED if the library is not installed or lacks one of these functions. It stays loaded. */
int cairolib_load(struct cairolib *lib, struct error *err);

#endif
