// The few lines that each widget brings along: they find the library and let it draw.
import { registryEntry } from "./page/registry.js";

async function render({ model, el }) {
  // Where each output lives in a frame of its own, asking for the library loads it.
  const id = model.get("library").slice("IPY_MODEL_".length);
  await model.widget_manager.get_model(id);
  const { views, ...shared } = await registryEntry(model.get("edition")).ready;
  return views[model.get("view")]({ model, el, ...shared });
}

export default { render };
