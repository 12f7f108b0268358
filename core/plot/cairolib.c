#include "core/plot/cairolib.h"

#include <dlfcn.h>
#include <string.h>

#ifdef __APPLE__
static const char file[] = "libcairo.2.dylib";
#else
static const char file[] = "libcairo.so.2";
#endif

#define MEMBER(name) offsetof(struct cairolib, name)

static const struct {
	const char *name;
	size_t at;
} symbols[] = {
    {"cairo_image_surface_create", MEMBER(image_surface_create)},
    {"cairo_surface_write_to_png_stream", MEMBER(surface_write_to_png_stream)},
    {"cairo_pdf_surface_create_for_stream", MEMBER(pdf_surface_create_for_stream)},
    {"cairo_pdf_surface_set_metadata", MEMBER(pdf_surface_set_metadata)},
    {"cairo_surface_finish", MEMBER(surface_finish)},
    {"cairo_surface_status", MEMBER(surface_status)},
    {"cairo_surface_destroy", MEMBER(surface_destroy)},
    {"cairo_create", MEMBER(create)},
    {"cairo_destroy", MEMBER(destroy)},
    {"cairo_status", MEMBER(status)},
    {"cairo_status_to_string", MEMBER(status_to_string)},
    {"cairo_save", MEMBER(save)},
    {"cairo_restore", MEMBER(restore)},
    {"cairo_scale", MEMBER(scale)},
    {"cairo_translate", MEMBER(translate)},
    {"cairo_rotate", MEMBER(rotate)},
    {"cairo_set_source_rgba", MEMBER(set_source_rgba)},
    {"cairo_set_line_width", MEMBER(set_line_width)},
    {"cairo_set_line_join", MEMBER(set_line_join)},
    {"cairo_set_dash", MEMBER(set_dash)},
    {"cairo_new_path", MEMBER(new_path)},
    {"cairo_move_to", MEMBER(move_to)},
    {"cairo_line_to", MEMBER(line_to)},
    {"cairo_close_path", MEMBER(close_path)},
    {"cairo_rectangle", MEMBER(rectangle)},
    {"cairo_arc", MEMBER(arc)},
    {"cairo_fill", MEMBER(fill)},
    {"cairo_stroke", MEMBER(stroke)},
    {"cairo_paint", MEMBER(paint)},
    {"cairo_font_options_create", MEMBER(font_options_create)},
    {"cairo_font_options_destroy", MEMBER(font_options_destroy)},
    {"cairo_font_options_set_hint_style", MEMBER(font_options_set_hint_style)},
    {"cairo_font_options_set_hint_metrics", MEMBER(font_options_set_hint_metrics)},
    {"cairo_font_options_set_antialias", MEMBER(font_options_set_antialias)},
    {"cairo_set_font_options", MEMBER(set_font_options)},
    {"cairo_set_font_face", MEMBER(set_font_face)},
    {"cairo_set_font_size", MEMBER(set_font_size)},
    {"cairo_text_extents", MEMBER(text_extents)},
    {"cairo_show_text", MEMBER(show_text)},
    {"cairo_ft_font_face_create_for_ft_face", MEMBER(ft_font_face_create_for_ft_face)},
    {"cairo_font_face_set_user_data", MEMBER(font_face_set_user_data)},
    {"cairo_font_face_destroy", MEMBER(font_face_destroy)},
    {"FT_Init_FreeType", MEMBER(init_freetype)},
    {"FT_Done_FreeType", MEMBER(done_freetype)},
    {"FT_New_Face", MEMBER(new_face)},
};

/* cairo keeps caches for the life of the process, so the library is never closed. */
int cairolib_load(struct cairolib *lib, struct error *err)
{
	void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return error_set(err, ERR_FAILED,
				 "PNG and PDF need cairo (Debian: libcairo2), which cannot be "
				 "loaded: %s; SVG needs no library",
				 dlerror());
	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
		void *at = dlsym(handle, symbols[i].name);

		if (!at)
			return error_set(err, ERR_FAILED,
					 "PNG and PDF need %s of cairo, which %s does not have",
					 symbols[i].name, file);
		memcpy((char *)lib + symbols[i].at, &at, sizeof at);
	}
	return 0;
}
