// What a widget brings along itself: it finds the library, and lets it draw.
import { shelf } from "./shelf.js";

async function render({ model, el }) {
  // Where each output lives in a frame of its own, asking for the library loads it.
  const id = model.get("library").slice("IPY_MODEL_".length);
  await model.widget_manager.get_model(id);
  const { views, sound } = await shelf(model.get("edition")).ready;
  return views[model.get("view")]({ model, el, sound });
}

export default { render };
